"""x"""
NOT_YET = frozenset[str]()

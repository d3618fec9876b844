"""Reads a partner bank's file into accepted rows, rejected rows and exact control totals. Knows no AWS."""

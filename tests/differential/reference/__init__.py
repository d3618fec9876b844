"""What a file comes to by the pages on layouts and rejections: plain Python, row by row, and nothing of the product."""

"""Programs whose results the pages on speed, cost, reliability and security are made from."""

"""The script of the job for large files; what it does is in ``pipeline.large_files``, one of the job's own modules."""

import sys

from pipeline.large_files import main

if __name__ == "__main__":
    main(sys.argv)

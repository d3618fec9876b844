"""The script of the job for large files; what it does is in ``pipeline.large_files``, one of the job's own modules."""

import sys

from pyspark import SparkContext

from pipeline.large_files import main
from pipeline.spark import SparkRunner

if __name__ == "__main__":
    main(sys.argv, SparkRunner(SparkContext.getOrCreate()))

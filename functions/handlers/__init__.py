"""The Lambda functions: one module each, which reads its event and its environment, and hands over to the pipeline."""

"""The CDK app: settings, the naming rule, the stack and its constructs."""

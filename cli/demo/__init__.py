"""The demonstration: sample files go through a deployed pipeline, and every outcome is checked."""

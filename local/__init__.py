"""The embedded AWS: start the emulator, deploy the stack's own template to it, stand in for what it lacks."""

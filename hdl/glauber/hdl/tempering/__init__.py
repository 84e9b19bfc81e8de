"""Temperatures of replicas, and their exchanges."""

"""Models of workload W by other means, each as its own documentation would write it."""

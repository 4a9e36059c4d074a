"""What `samtale bench` runs beside the engines, and the tests of it."""

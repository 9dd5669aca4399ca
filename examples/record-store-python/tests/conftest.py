# Where the package is installed, pytest finds this by itself.
pytest_plugins = ["hilum.testing.fixtures"]

"""The program that the manifest names as its entry, once it is packed."""

from hilum import serve

from record_store import plugin

if __name__ == "__main__":
    serve(plugin)

"""The program that the manifest names as its entry."""

from hilum import serve

from webhook_sender.plugin import create_plugin

if __name__ == "__main__":
    serve(create_plugin())

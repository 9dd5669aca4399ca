"""The program that the manifest names as its entry."""

from hilum import serve

from orthanc_dicom.plugin import create_plugin

if __name__ == "__main__":
    serve(create_plugin())

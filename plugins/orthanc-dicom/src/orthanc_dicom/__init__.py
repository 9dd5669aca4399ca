"""Keeps documents and images in Orthanc, as DICOM, by its REST API."""

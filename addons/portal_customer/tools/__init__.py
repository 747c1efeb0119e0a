from . import csv_file

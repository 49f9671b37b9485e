"""Reports: one model of a report, printed as PDF, XLSX, CSV and Parquet; every figure traces to data and formula."""

"""Performance reports: produced once for each period, fixed by digest, as page, PDF and XLSX."""

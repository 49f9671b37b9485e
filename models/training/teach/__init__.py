"""Networks taught and sealed; torch and ultralytics are imported inside the functions that need them."""

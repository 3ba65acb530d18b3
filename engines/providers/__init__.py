"""Model providers behind one small interface (`base`); `registry` knows which are configured."""

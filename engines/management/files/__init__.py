"""Files that terms and memories are exchanged in: bytes to rows and rows to bytes. Pure functions; what a row means is the services' to judge."""

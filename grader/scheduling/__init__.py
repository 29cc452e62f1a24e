"""Many submissions: on this machine's lanes, or on a Dask cluster."""

"""Where student code runs. `api` says what a sandbox promises, `select` opens one."""

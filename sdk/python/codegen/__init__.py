"""How the client's generated parts are made: calls from the API description, the sync half from the async one."""

"""The program put together from its parts; the only room that knows every part."""

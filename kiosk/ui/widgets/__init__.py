"""Widgets that paint themselves from the tokens; none knows a page, a flow or a service."""

"""The window: pages, voice and devices brought together. Qt Widgets only; decides nothing about a visit."""

"""The kind of event by which a device says that people must look at it."""

ALARM_KIND = "device_alarm"
ALARM_SCHEMA = 1

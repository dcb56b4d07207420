"""What follows from what changed: alarms from devices, cases from alarms."""

"""The demo city: its ground, river, road net, and forty-two compounds."""

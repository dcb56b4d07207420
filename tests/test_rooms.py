"""The arrows between rooms, kept by reading every import."""

def test_placeholder_servers_answer(redis_url: str) -> None:
    assert redis_url.startswith("redis://")

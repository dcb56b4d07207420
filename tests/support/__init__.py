"""What tests share: installations and servers, streets and builders, one way to wait."""

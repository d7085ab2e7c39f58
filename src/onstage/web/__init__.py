"""HTTP for people and apps: knows every domain, holds no rule."""

"""The trail: every change happens inside an act, and every act leaves one leaf that cannot be changed."""

from app.audit.acts import act

__all__ = ["act"]

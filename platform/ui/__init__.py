"""The one design system of portal and console."""

"""The interface of this room: reports and cases, figures and heat, the event stream."""

"""What to write: three-way merge, plan, replay, and the texts. Pure: values in, values out."""

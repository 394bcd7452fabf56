"""The papers of the desk: what each freezes of the record (`contents`), and how that is put on a page (`pages`)."""

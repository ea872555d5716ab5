"""Letters: the postcard and the long-form notice as PDF, typeset from the case folder's texts."""

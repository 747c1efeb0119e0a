from . import knowledge_source_mixin  # the others inherit it

# isort: split
from . import knowledge_article, knowledge_category, knowledge_entry, knowledge_event

from . import knowledge_source_mixin
from . import knowledge_entry
from . import knowledge_event
from . import knowledge_category
from . import knowledge_article

from . import knowledge_source_mixin  # the others inherit it

# isort: split
from . import (
    ir_attachment,
    knowledge_article,
    knowledge_article_audience,
    knowledge_article_files,
    knowledge_article_import,
    knowledge_article_translation,
    knowledge_category,
    knowledge_closing_mixin,
    knowledge_encoder,
    knowledge_entry,
    knowledge_entry_audience,
    knowledge_entry_rebuild,
    knowledge_entry_rungs,
    knowledge_entry_translation,
    knowledge_entry_sources,
    knowledge_event,
    knowledge_source_similar,
    knowledge_tag,
    knowledge_unanswered,
    knowledge_usage,
    knowledge_vector,
    knowledge_word,
    res_config_settings,
)

from . import knowledge_article_translate, knowledge_import, knowledge_import_pages

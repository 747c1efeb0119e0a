from . import knowledge_article_translate

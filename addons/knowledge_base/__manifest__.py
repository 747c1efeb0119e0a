{
    "name": "Knowledge Base",
    "version": "19.0.1.0.0",
    "category": "Services",
    "summary": "Known errors and solved problems, found again by describing the new one",
    "author": "Campo",
    "license": "LGPL-3",
    "application": True,
    "depends": ["mail", "portal", "html_editor", "attachment_indexation"],
    "excludes": ["knowledge"],
    "data": [
        "security/knowledge_base_groups.xml",
        "security/ir.model.access.csv",
        "security/knowledge_article_security.xml",
        "security/knowledge_entry_security.xml",
        "views/knowledge_article_views.xml",
        "views/knowledge_category_views.xml",
        "views/knowledge_entry_views.xml",
        "views/knowledge_event_views.xml",
        "views/knowledge_base_menus.xml",
    ],
    "demo": [
        "demo/knowledge_category_demo.xml",
    ],
    "assets": {
        "web.assets_backend": ["knowledge_base/static/src/**/*"],
    },
    "uninstall_hook": "uninstall_hook",
}

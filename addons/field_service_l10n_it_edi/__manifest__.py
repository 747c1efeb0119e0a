{
    "name": "Field Service: Italian E-Invoices",
    "summary": "Orders, CIG and CUP of interventions and contracts on the e-invoice",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Campo",
    "license": "LGPL-3",
    "depends": ["field_service", "l10n_it_edi"],
    "auto_install": True,
    "data": ["views/portal_address_templates.xml", "views/service_intervention_views.xml"],
}

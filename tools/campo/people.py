"""The persons of the demo story. Each one's password is the login."""

PEOPLE = (
    # login, who, where their day starts
    ("customer", "Giulia Ferrari, customer (Alfa Imballaggi)", "/my"),
    ("customer2", "Paolo Rinaldi, customer (Condominio Monte Rosa)", "/my"),
    ("outside", "Andrea Bassi, outside technician", "/my/visits"),
    ("coordinator", "Chiara Zanon, coordinator of a firm (Posa Veneta)", "/my/subcontracts"),
    ("technician", "Luca Moretti, technician", "/odoo/field-service"),
    ("dispatcher", "Marco Galli, dispatcher", "/odoo/field-service"),
    ("agent", "Sara Conti, helpdesk agent", "/odoo/helpdesk"),
    ("accountant", "Elena Riva, accountant", "/odoo"),
    ("manager", "Franco Brenta, service manager", "/odoo"),
)

"""What all pages share: access, forms, errors, filters, navigation. No domain is known here."""

"""What published calls say, as the search reads it: the newest frozen version of each, from its publication on."""

from sqlalchemy import String, TextualSelect, column, text

CALL_TEXTS = """
    WITH newest AS (
        SELECT DISTINCT ON (rfp_versions.rfp_id) cohorts.number AS cohort, snapshot::jsonb AS said
        FROM rfp_versions JOIN rfps ON rfps.id = rfp_versions.rfp_id JOIN cohorts ON cohorts.id = rfps.cohort_id
        WHERE rfps.status IN ('published', 'cancelled') AND rfps.publish_at <= official_now()
        ORDER BY rfp_versions.rfp_id, rfp_versions.number DESC
    )
    SELECT 'call' AS kind, 'Cohort ' || cohort || ': ' || (said #>> '{cohort,headline}') AS title,
        concat_ws(' ', said #>> '{cohort,summary}',
            (SELECT string_agg(rule #>> '{}', ' ') FROM jsonb_array_elements(said -> 'eligibility') AS rule)) AS body,
        '/cohorts/' || cohort AS path
    FROM newest
    UNION ALL
    SELECT 'call', 'Cohort ' || cohort || ': ' || (part.section ->> 'title'), part.section ->> 'body',
        '/cohorts/' || cohort || '/rfp'
    FROM newest, jsonb_array_elements(said -> 'sections') AS part(section)
    UNION ALL
    SELECT 'challenge', 'Cohort ' || cohort || ': ' || (area ->> 'title'),
        concat_ws(' ', area ->> 'teaser', area ->> 'problem', area ->> 'affected', area ->> 'success',
            area ->> 'constraints', area ->> 'data_and_sites', area ->> 'host'),
        '/cohorts/' || cohort || '/challenges/' || (area ->> 'slug')
    FROM newest, jsonb_array_elements(said -> 'areas') AS area
    UNION ALL
    SELECT 'call', 'Cohort ' || cohort || ': all questions and documents',
        concat_ws(' ', (SELECT string_agg(concat_ws(' ', asked ->> 'label', asked ->> 'hint'), ' ')
                FROM jsonb_array_elements(said -> 'form') AS part, jsonb_array_elements(part -> 'questions') AS asked),
            (SELECT string_agg(concat_ws(' ', slot ->> 'title', slot ->> 'hint'), ' ')
                FROM jsonb_array_elements(said -> 'documents') AS slot)),
        '/cohorts/' || cohort || '/proposal-questions'
    FROM newest
    UNION ALL
    SELECT 'call', 'Cohort ' || cohort || ': how we decide',
        (SELECT string_agg(concat_ws(' ', line ->> 'title', line ->> 'question',
                (SELECT string_agg(anchor #>> '{}', ' ') FROM jsonb_array_elements(line -> 'anchors') AS anchor)), ' ')
            FROM jsonb_array_elements(said -> 'criteria') AS line),
        '/cohorts/' || cohort || '/how-we-decide'
    FROM newest
    UNION ALL
    SELECT 'call', 'Cohort ' || cohort || ': what you are paid',
        (SELECT string_agg(concat_ws(' ', part ->> 'milestone', part ->> 'done_when'), ' ')
            FROM jsonb_array_elements(said -> 'installments') AS part),
        '/cohorts/' || cohort || '#paid'
    FROM newest
"""


def call_texts() -> TextualSelect:
    """Kind, title, text and address of every page of a published call that has much to say."""
    return text(CALL_TEXTS).columns(*(column(name, String) for name in ("kind", "title", "body", "path")))

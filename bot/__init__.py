"""Callboard: answers applicants' questions about a call from the call's own facts.

The map of the house, as it stands. Imports go down only; brothers on a floor do not know each other; import-linter
holds this in `make lint`.

    __main__.py, commands/   one file a command: parses, calls one use case, prints; campaign/ one file a few steps
    wiring/                  builds the program; the only room that knows every part: answering, serving, checking,
                             learning, routines, campaigns, own mails
    config.py                config.yaml and the secrets of the environment -> frozen Config; all mistakes at once
    channels/                edges to people: carry messages, decide nothing
        terminal
        telegram/                receiving (committed before confirmed), updates, pages, sending, pacing, checking
        email/                   mailbox, receiving, searching (IMAP), smtp, sending, checking
        mailbox_folder           mails to a folder, where no server is configured
    files/                   knowledge, phrasings, templates, questions, the fitted index, places, a call's page; drafts, answers
                             learnt, the page of a report; coordinators' tables (spreadsheets, table_rows, column_files), templates
                             of decision mails, a campaign's sheet and its .eml files; slot_files: interviewers' times
    storage/                 the record: engine, schema, migrations; backup; one file a book: inbox, outbox, people, mailboxes,
                             hand_overs (with hand_over_steps), reminders, corrections, reports, recorded, learned, routines;
                             campaigns (plans, written_letters, tracks, same_person, approvals, log, retention), ledger (claims),
                             senders (locks); returns (return_matching), own_mails, slots (bookings, appointments), panel
    usecases/                answer_question: the one brain behind every channel; evaluate: graded against gold questions
        respond, requests        a message of the record to the replies to send; what is asked of the bot itself
        manners                  when an automatic answer must not follow another
        desk, relay, attend      requests to a person: told to coordinators; their answers brought on; reminders, ends
        remind                   applicants' reminders of a deadline
        learn, review, tell_waiting   from one answer to a fact: drafted, tried on questions, told to everybody waiting
        corrections              who was told what is no longer so, and telling them
        report, report_words     what was asked, not stated, not understood, handed over
        drift, numbers           where the knowledge contradicts the call's page, the calendar or itself
        serve                    the loops of a serving program: converse, deliver, and errands: upkeep, attend, remind,
                                 routine (daily, weekly), watch (changed files), on one runtime
        plan_campaign, record_told    from a table to letters in the record; what people knew before
        approve_campaign, prove_campaign    a second person's yes; codes and test mails
        campaign_draft, campaign_letters, plan_invitations   a plan before it is written; its letters; their calendar entries
        standings                where the people of a call stand, the places, who is next
        send_campaign            deliveries handed over: sending_lane, sending_round, sending_tally, turns, committer
        campaign_diff, campaign_log   what differs from the template and the last wave; the sealed log
        retention                how long decisions are kept
        own_talk, own_reading    whoever proves to have a mail: what their message comes to, what a letter asks of it
        own_mail, own_mail_words, own_booking   what they are told about it; the time they choose
        offer_slots              interviewers' times from a sheet into the record
        interviewers, keep_calendars   which calendar entries interviewers should have, and have
        morning, morning_words, tell_bounces   who was not reached, has not answered or not booked: each morning, at once
        diagnose                 what works, and what to do about what does not
        hold                     whether the lock of the serving process is held still
        ports, campaign_ports, own_mail_ports   what use cases need from the floors above
    correspondence/          pure: what a letter is
        mail                     a letter as it arrived; from mime, headers, texts, html_text
        own_words, quotes        where a person's own words end and others' begin; patterns: in many languages
        automatic, bounces       what must never be answered, and why
        returned                 what a letter is to the mail it comes back for; returned_parts, returned_words, calendar_answers
        letters                  a message to its sentences
        composing                a reply as a letter in its thread
    answering/               pure: from a question to an answer
        words, mending           text as words; typos of ordinary words
        subjects, paraphrase     who or what is named; a project told by what it is about
        lexicon                  words by which a message is read
        reading, parts           a sentence as parts, each with names and ranked topics
        topics, linear, search   the ranking: a linear reader, with rank-bm25's statistics beside it
        weighing                 the ranking corrected by the form of the sentence
        context                  the subject of a part: the letter around it, earlier turns
        choose, chosen           the decision, the only place with thresholds of topics; what of a message's decisions is told
        answers, selections, eligibility, pointed    forms of reply that rest on facts
        grounds, filters, rules, passages, dates     what a call states; which projects fit; rules; facts by words; time
        decisions                what is to be said, before any word of it
        wording, replies, sources, clocks    the words: templates, layout, where it stands, other time zones
        strangers, guard         unknown names block an answer; nothing without support leaves
        picking                  which offered time a message picks; tokens, marks, wishes, words of picking
        language, commonness     the language of a message; how ordinary a word is
        spans                    how long before a date
    mailing/                 pure: from a plan to deliveries
        table, cells, columns    a coordinator's table, what is odd about its cells, which column holds what
        audience, row_reading, addresses    every row a recipient, set aside, or named with its mistake
        vetting, standing, shifting, namesakes, people    what was told before, places, slipped rows, one person or two
        overriding, appointments    what a person lets pass with a reason; dates gone by, and the same appointment twice
        oddity                   how much a letter differs from the others
        fields, values, template, template_names    what a template needs, read and filled in
        writing, signing         a letter's final bytes
        invitation, interviews   entries for calendars (iCalendar); which interview a letter tells of
        slot_sheet, slot_rows, slot_people, slot_findings, free_times   times that interviewers offer, read, checked, listed
        unreached                whom an earlier campaign did not reach
        pacing                   how fast a relay takes mails
    model/                   values and their laws, frozen: knowledge, conversation, message, hand_over, reminder, correction,
                             draft, report, campaign, delivery, returned, slot, own_mail; moments: how dates are written

Linear algebra runs in one thread: the fit is then the same on every machine, and faster on a busy one.

`answering`, `correspondence`, `mailing` and `model` have no clock (they are given `now`), no files, no network, no async, no log.
"""

import os

for _setting in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_setting, "1")

// Generated from docs/reference/openapi.json by `npm run api`. Do not edit.

export interface paths {
    "/api/v1/account/device": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says which device shows a code, or lets it in as whoever asks. */
        post: operations["post_account_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/favourites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's favourites. */
        get: operations["get_account_favourites"];
        put?: never;
        /** Changes them, all at once. One's other pages are told by the topic `account`. */
        post: operations["post_account_favourites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/languages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Languages that one reads: they choose among the titles and texts of a programme. */
        get: operations["get_account_languages"];
        put?: never;
        /** Changes them. They count at once, in all pages and for one's players. */
        post: operations["post_account_languages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives one's account another password. All other browsers are signed out; this one is signed in anew. */
        post: operations["post_account_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/players": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's players, without their secrets. */
        get: operations["get_account_players"];
        put?: never;
        /** Makes an address for a player. It is shown once: whoever knows it watches with one's rights, and does nothing else. */
        post: operations["post_account_players"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/players/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a player's address; what it plays ends within seconds. */
        delete: operations["delete_account_players_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Searches of the guide that one keeps. */
        get: operations["get_account_searches"];
        put?: never;
        /** Keeps a search. */
        post: operations["post_account_searches"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a search another name, or other words. */
        post: operations["post_account_searches_id"];
        /** Removes a search. */
        delete: operations["delete_account_searches_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The browsers in which one is signed in. */
        get: operations["get_account_sign_ins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/sign-ins/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Signs one's account out of a browser, with its sockets. */
        delete: operations["delete_account_sign_ins_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's API tokens, without the tokens. */
        get: operations["get_account_tokens"];
        put?: never;
        /** Makes an API token. It is shown once. */
        post: operations["post_account_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/account/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes one of one's API tokens; what it has open ends within seconds. */
        delete: operations["delete_account_tokens_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assistant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who answers. */
        get: operations["get_assistant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in by a one-time link. */
        post: operations["post_auth_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Begins a sign-in through the identity provider: sends the browser there. */
        get: operations["get_auth_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ends a sign-in through the identity provider: this is where it sends the browser back to. */
        get: operations["get_auth_oidc_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/pairing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A device asks to be let in. */
        post: operations["post_auth_pairing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/pairing/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A device asks whether it is let in: 202 while nobody has approved it, then it is signed in, once. */
        post: operations["post_auth_pairing_poll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes the first owner; only the holder of the printed code may. */
        post: operations["post_auth_setup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs in. */
        post: operations["post_auth_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs out: this sign-in ends, with its sockets and event streams. Other browsers of the account stay signed in. */
        post: operations["post_auth_sign_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How things stand for whoever asks. */
        get: operations["get_auth_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bouquets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All bouquets. */
        get: operations["get_bouquets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Channels, in pages. */
        get: operations["get_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One channel. */
        get: operations["get_channels_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A channel's logo. Only one that somebody has made: for one that has none a page shows letters. */
        get: operations["get_channels_id_logo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Conversations of whoever asks. */
        get: operations["get_conversations"];
        put?: never;
        /** Begins a conversation. */
        post: operations["post_conversations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A conversation. */
        get: operations["get_conversations_id"];
        put?: never;
        post?: never;
        /** Deletes a conversation and all that was said in it. */
        delete: operations["delete_conversations_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says something into a conversation, or asks something of it: a command as the socket takes it. */
        post: operations["post_conversations_id_commands"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has happened in a conversation. */
        get: operations["get_conversations_id_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Looks for words in one's own conversations. */
        get: operations["get_conversations_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as the socket, as server-sent events. */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is on some of the time between two moments, channel by channel. */
        get: operations["get_guide"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/ids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ids of a guide, by what occurs in them or in their names. */
        get: operations["get_guide_ids"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How channels stand in a guide: what is certain, what is for a person to say, what was not found. */
        get: operations["get_guide_matches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/now": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is on now, and next. Never waits for a receiver. */
        get: operations["get_guide_now"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads the guide again, now: from receivers and all guides, or one of these. */
        post: operations["post_guide_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Airings in which words occur: in title, second line, text, and names. */
        get: operations["get_guide_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the guide comes from, and how that fares. */
        get: operations["get_guide_sources"];
        put?: never;
        /** Adds the address of a guide, and reads it. */
        post: operations["post_guide_sources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes a guide that was entered here. */
        post: operations["post_guide_sources_id"];
        /** Removes a guide that was entered here, and forgets what it has told. */
        delete: operations["delete_guide_sources_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/sources/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads the beginning of a guide, without adding it. */
        post: operations["post_guide_sources_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/guide/wishes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says which guide goes first, and which of its ids are which channels. What was told of channels that are others is forgotten at once, and the guide is read again. */
        post: operations["post_guide_wishes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The library at a glance. */
        get: operations["get_library"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Does something with many items. */
        post: operations["post_library_actions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All collections, with how many items each gives now. */
        get: operations["get_library_collections"];
        put?: never;
        /** Adds a collection. */
        post: operations["post_library_collections"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/collections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes a collection. */
        post: operations["post_library_collections_id"];
        /** Removes a collection; its items stay. */
        delete: operations["delete_library_collections_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Folders of the library, and how they fare. */
        get: operations["get_library_folders"];
        put?: never;
        /** Adds a folder, and looks at it. */
        post: operations["post_library_folders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/folders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a folder that was added here. Its items become absent. */
        delete: operations["delete_library_folders_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items, in pages. */
        get: operations["get_library_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that is known of an item. */
        get: operations["get_library_items_id"];
        put?: never;
        /** Says what the host says of an item, in place of what was said before. */
        post: operations["post_library_items_id"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/items/{id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The picture of an item, as JPEG. */
        get: operations["get_library_items_id_picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Looks at all folders, now. It has only begun when this answers. */
        post: operations["post_library_scan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/library/shows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows, with how much of each there is. */
        get: operations["get_library_shows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lineup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The lineup as receivers have it, and what the host wants of it. */
        get: operations["get_lineup"];
        put?: never;
        /** Changes what the host wants of the lineup. It counts at once, in every list and for every player, and survives what receivers change. */
        post: operations["post_lineup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The people of the station. */
        get: operations["get_people"];
        put?: never;
        /** Adds somebody. */
        post: operations["post_people"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes somebody, with all that lets him in. What he watches ends. */
        delete: operations["delete_people_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a link by which somebody signs in without a password: once, or, for a guest, as often as he likes. */
        post: operations["post_people_id_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what a child may see. What it watches ends: it begins again with what it may see now. */
        post: operations["post_people_id_profile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives somebody another role. He is signed out everywhere, and comes in again with other rights. */
        post: operations["post_people_id_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All problems that this API answers with, all reasons that sessions give, and what to do about each. */
        get: operations["get_problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/programmes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that is known of an airing. */
        get: operations["get_programmes_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receivers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All receivers and how they are. */
        get: operations["get_receivers"];
        put?: never;
        /** Adds a receiver. */
        post: operations["post_receivers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receivers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a receiver; what plays from it ends. */
        delete: operations["delete_receivers_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receivers/simulated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts the simulated receiver inside this program, and adds it. */
        post: operations["post_receivers_simulated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/receivers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a receiver who it is, without adding it. */
        post: operations["post_receivers_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All sessions that are still visible. */
        get: operations["get_sessions"];
        put?: never;
        /** Starts playback. Answers at once; never waits for a receiver. */
        post: operations["post_sessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One session; after it has ended, for about a day. */
        get: operations["get_sessions_id"];
        put?: never;
        post?: never;
        /**
         * Ends a session; its tuner is given up when nobody else watches. With `host=true` its viewer is told that whoever runs the station
         *     has ended it.
         */
        delete: operations["delete_sessions_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The player still watches, and may say how it fares: that appears on the status page and in the metrics, as sums over all. */
        post: operations["post_sessions_id_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/socket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tab's socket. */
        get: operations["get_socket"];
        put?: never;
        /** One frame, as a socket would have taken it, answered as that would: for those to whom sockets are blocked. */
        post: operations["post_socket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All own channels, and how each fares. */
        get: operations["get_stations"];
        put?: never;
        /** Makes an own channel. It begins when its first programme is prepared. */
        post: operations["post_stations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An own channel and its document. */
        get: operations["get_stations_id"];
        put?: never;
        /** Changes number and document of an own channel. What is on, and what is fixed, stays. */
        post: operations["post_stations_id"];
        /** Removes an own channel; whoever watches it is told that it has ended. */
        delete: operations["delete_stations_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was on, the newest first. */
        get: operations["get_stations_id_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}/log/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was on in a period, the oldest first, as a file; two years at most. */
        get: operations["get_stations_id_log_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would be on by another document from the next free boundary on, and how that differs. Nothing is changed. */
        post: operations["post_stations_id_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What it comes to in a year, or as many days as are asked for, and what is odd about it. Nothing is changed. */
        post: operations["post_stations_id_simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is on, was lately, and will be, and why; fourteen days at most. */
        get: operations["get_stations_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stations/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would be on a channel that is not made yet, from now on. Nothing is made. */
        post: operations["post_stations_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has done what, newest first. Kept for 400 days. */
        get: operations["get_system_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/log-level": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log's level. */
        get: operations["get_system_log_level"];
        put?: never;
        /** Sets the log's level, until the configuration says another or the station is started again. */
        post: operations["post_system_log_level"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/reload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reads the configuration again, as its file, the environment and the command line say it now. If anything is wrong, everything stays as
         *     it was, and each fault is named.
         */
        post: operations["post_system_reload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The station at a glance: receivers and who holds their tuners, tapes, sessions, transcoders, disk. The topic `status` of the
         *     socket gives the same each second.
         */
        get: operations["get_system_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Timers of all receivers, those that are over too as long as the receiver lists them. */
        get: operations["get_timers"];
        put?: never;
        /**
         * Sets a timer on a receiver, which then records by itself. One that is there already is answered with 200. What stands in its way is told in 409
         *     (`timer_conflict`), as is that the receiver does not want to (`timer_refused`) and that the channel comes from lists alone (`no_timers`).
         */
        post: operations["post_timers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Cancels a timer, and gives what it was. What it records just now ends there; what is recorded stays on the receiver. */
        delete: operations["delete_timers_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/timers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What setting a timer would mean, in sentences and as values: who would record, and what is known to be in its way. Nothing is set. */
        post: operations["post_timers_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/iptv/channels.m3u": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All channels as an extended M3U list. */
        get: operations["get_iptv_channels_m3u"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/iptv/guide.xml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The guide as XMLTV. */
        get: operations["get_iptv_guide_xml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/iptv/guide.xml.gz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The guide as XMLTV, packed (gzip). */
        get: operations["get_iptv_guide_xml_gz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/iptv/stream/{channel}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A channel as a stream without end: `{id}.ts`, the transport stream, or `{id}.mp4`, fragmented MP4. */
        get: operations["get_iptv_stream_channel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Something that was on. */
        AiredView: {
            /**
             * Format: int64
             * @description The item of the library.
             */
            item_id?: number | null;
            /** @description `programme`, `break` or `slate`. */
            kind: string;
            /**
             * Format: int64
             * @description How long (milliseconds).
             */
            length_ms: number;
            /** @description Why it was not what was planned: `off`, `chunks`, `late`, `cut`, `still`, `nothing`, `live_no_channel`, `live_no_tuner`, `live_no_picture`; `live`: another channel, as planned; empty: it was. */
            note: string;
            /** @description From. */
            start: string;
            /** @description What it is called. */
            title: string;
        };
        /** @description An airing in a list. */
        Airing: {
            /** @description The text's beginning. */
            brief: string;
            /** @description Channel. */
            channel_id: string;
            /**
             * Format: date-time
             * @description End.
             */
            end: string;
            /**
             * Format: int32
             * @description Episode.
             */
            episode?: number | null;
            /** @description Nobody has told it: nothing is known of the channel, and this is its name. */
            generated: boolean;
            /**
             * Format: int32
             * @description DVB's `content_nibble_level_1` and `_2` (EN 300 468 table 28); null: nobody has said.
             */
            genre?: number | null;
            /** @description Names it for `programmes/{id}`. */
            id: string;
            /** @description It is not for whoever asks. */
            locked: boolean;
            /** @description Shown for the first time. */
            new: boolean;
            /**
             * Format: int32
             * @description For whom it is, from this age on (years); null: nobody has said.
             */
            rating?: number | null;
            /**
             * Format: int32
             * @description Season.
             */
            season?: number | null;
            /**
             * Format: date-time
             * @description Start.
             */
            start: string;
            /** @description Second line. */
            subtitle: string;
            /** @description Title; empty if it is `locked`. */
            title: string;
        };
        /** @description Who answers. */
        AssistantView: {
            /** @description There is none: a few sentences are understood. */
            plain: boolean;
            /** @description Providers of models, in the order in which they are asked. */
            providers: components["schemas"]["ProviderView"][];
        };
        /** @description A piece of it. */
        Audit: {
            /** @description Newest first. */
            items: components["schemas"]["AuditView"][];
            /**
             * Format: int64
             * @description To be given as `before` for what came earlier; null: there is no more.
             */
            next?: number | null;
        };
        /** @description Who has done what. */
        AuditView: {
            /** @description What was to be done: `sign_in`, `receiver.add`, … */
            action: string;
            /** @description Name of the account, as it was then; null: nobody was signed in. */
            actor?: string | null;
            /** @description From where. */
            address: string;
            /** @description By what program. */
            agent: string;
            /**
             * Format: int64
             * @description When (milliseconds since 1970).
             */
            at_ms: number;
            /** @description What exactly; JSON. */
            details?: Record<string, never> | null;
            /**
             * Format: int64
             * @description Grows with each line.
             */
            id: number;
            /** @description In which request. */
            request_id: string;
            /** @description To what: the address of the request. */
            resource: string;
            /** @description `done`, or the code of the problem. */
            result: string;
        };
        /** @description How things stand. */
        AuthState: {
            account?: components["schemas"]["SignedIn"] | null;
            /** @description Everybody may watch, without an account. */
            anonymous: boolean;
            /** @description To be shown. */
            notices: components["schemas"]["Notice"][];
            oidc?: components["schemas"]["Offer"] | null;
            /** @description The station belongs to somebody. */
            owner_exists: boolean;
            /** @description Version of this program. */
            version: string;
        };
        /** @description A bouquet. */
        Bouquet: {
            /** @description Channels in the receiver's order; one may stand twice. */
            channel_ids: string[];
            /** @description Who it is. */
            id: string;
            /** @description `tv` or `radio`. */
            kind: string;
            /** @description Name. */
            name: string;
        };
        /** @description All bouquets. */
        Bouquets: {
            /** @description In the receiver's order. */
            items: components["schemas"]["Bouquet"][];
        };
        /** @description What was measured of one kind of processor, and what is in use. */
        BudgetStatus: {
            /**
             * Format: int64
             * @description Pixels coded per second, as measured.
             */
            measured_pixels_per_s: number;
            /**
             * Format: int64
             * @description Of these in use, decoding and deinterlacing included.
             */
            used_pixels_per_s: number;
        };
        /** @description A collection as it is to be, by whoever has seen it at a revision. */
        ChangedCollection: {
            /** @description What belongs to it. */
            content: components["schemas"]["CollectionContent"];
            /** @description Name. */
            name: string;
            /**
             * Format: int64
             * @description The revision that was seen.
             */
            revision: number;
        };
        /** @description A key whose value is another one now. Secrets are masked. */
        ChangeView: {
            /** @description The key, or `receiver 'NAME'`. */
            key: string;
            /** @description Value now. */
            now: string;
            /** @description Value before. */
            was: string;
        };
        /** @description A channel. */
        Channel: {
            /** @description Bouquets that it stands in. */
            bouquet_ids: string[];
            /** @description Stays the same when the channel is renamed or moved. */
            id: string;
            /** @description `tv` or `radio`. */
            kind: string;
            /** @description Path of its logo; it may not be there. */
            logo_url: string;
            /** @description Name. */
            name: string;
            /**
             * Format: int32
             * @description Number on the remote control.
             */
            number: number;
            /** @description Tracks as last seen; null if it was never on. */
            tracks?: components["schemas"]["TrackView"][] | null;
        };
        /** @description A bouquet of the host's own. */
        ChannelGroup: {
            /** @description Ids of channels, in order. */
            channels: string[];
            /** @description Who it is: any text of its own. */
            id: string;
            /** @description Name. */
            name: string;
            /** @description Radio. */
            radio?: boolean;
        };
        /** @description A channel in a guide. */
        ChannelMatch: {
            /** @description Channel. */
            channel_id: string;
            choice?: components["schemas"]["GuideChoice"] | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description Its number.
             */
            number: number;
            /** @description Which it may be, best first. */
            proposed: components["schemas"]["MatchFit"][];
            /** @description How it stands. */
            standing: components["schemas"]["MatchStanding"];
            taken?: components["schemas"]["MatchFit"] | null;
        };
        /** @description A page of channels. */
        Channels: {
            /** @description Channels by number, television first. */
            items: components["schemas"]["Channel"][];
            /** @description Where to go on; null at the end. */
            next_cursor?: string | null;
        };
        /** @description What the host wants of a channel; what is absent stays as the receiver has it. */
        ChannelWish: {
            /** @description Id of a bouquet in which it stands too. */
            group?: string | null;
            /** @description It is in no list. */
            hidden?: boolean | null;
            /** @description Its name. */
            name?: string | null;
            /**
             * Format: int32
             * @description Its number, from 1 on.
             */
            number?: number | null;
            /** @description Id of the channel that it is: it stands in no list itself, and what gives it gives that one too. */
            same_as?: string | null;
            /** @description Ids of receivers, or of channels that are the same as this one, best first. */
            sources?: string[];
        };
        /** @description What a child may see. */
        ChildProfile: {
            /**
             * Format: int32
             * @description Programmes for this age, or below (years; 0 to 18).
             */
            age: number;
            /** @description Ids of channels, and no others; null: all. */
            channels?: string[] | null;
            /** @description Also programmes of which nobody has said for whom they are. From 16 years on they are seen in any case. */
            unrated?: boolean;
        };
        /** @description What a client can play, as it says itself. */
        ClientView: {
            /**
             * @description Codec strings of sound that it decodes (`mp4a.40.2`, `ac-3`, `ec-3`, `mp2`); empty: AAC.
             * @default []
             */
            audio?: string[];
            /**
             * @description Its viewer wants what every player can play.
             * @default false
             */
            compatible?: boolean;
            /**
             * @description `cmaf`, `ts`; empty: both.
             * @default []
             */
            containers?: string[];
            /**
             * @description It shows pictures that are coded as fields without combs.
             * @default false
             */
            deinterlaces?: boolean;
            /**
             * @description `low_latency`, `standard` or `none`; empty: `low_latency`.
             * @default
             */
            hls?: string;
            /**
             * @description Languages wanted, best first (ISO 639, two or three letters).
             * @default []
             */
            languages?: string[];
            /**
             * Format: int32
             * @description No picture higher than this.
             * @default null
             */
            max_height?: number | null;
            /**
             * @description Codec strings of pictures that it decodes (`avc1`, `hvc1`); empty: `avc1`.
             * @default []
             */
            video?: string[];
        };
        /** @description The machine's power to code pictures. */
        CodingStatus: {
            /** @description Who can code, the ones that cost the processor least first. */
            encoders: components["schemas"]["EncoderStatus"][];
            graphics?: components["schemas"]["BudgetStatus"] | null;
            /** @description Pictures coded at once, at most; 0: none ever. */
            most: number;
            /** @description Of the processor. */
            processor: components["schemas"]["BudgetStatus"];
            /** @description Pictures that are coded and watched. */
            running: number;
        };
        /** @description What belongs to a collection. */
        CollectionContent: {
            /** @description Ids. */
            items: number[];
            /** @enum {string} */
            type: "manual";
        } | {
            /** @description The query. */
            query: string;
            /** @enum {string} */
            type: "smart";
        } | {
            /** @description Entries. */
            entries: components["schemas"]["PlaylistEntry"][];
            /** @enum {string} */
            type: "playlist";
        } | {
            /** @description Ids. */
            collections: number[];
            /** @enum {string} */
            type: "group";
        };
        /** @description A conversation. */
        Conversation: {
            /**
             * Format: date-time
             * @description When something was last said.
             */
            changed_at: string;
            /** @description Within it offsets count; another one means that what is known of it is not its past. */
            epoch: string;
            /** @description Id. */
            id: string;
            /**
             * Format: int64
             * @description Offset of its last event; 0: there is none.
             */
            last: number;
            /** @description Who answers: `assistant`, `queued` (nobody yet: a person was asked for), `human`, `closed`. */
            mode: string;
            /** @description What it is called; null: nothing yet. */
            title?: string | null;
        };
        /** @description Conversations of whoever asks. */
        ConversationList: {
            /** @description The one that was last spoken in first. */
            items: components["schemas"]["Conversation"][];
        };
        /** @description Somebody who made it or is in it. */
        Credit: {
            /** @description Name. */
            name: string;
            /** @description Whom they play. */
            part?: string | null;
            /** @description `director`, `actor`, `writer`, … */
            role: string;
        };
        /** @description How two timelines differ. */
        DiffView: {
            /** @description What was not there. */
            came: number;
            /** @description The first time at which anything is another. */
            first?: string | null;
            /** @description The first changes. */
            items: components["schemas"]["TimelineChange"][];
            /** @description What begins at another time. */
            moved: number;
            /** @description What is not there any more. */
            went: number;
        };
        /** @description Where the tapes lie. */
        DiskStatus: {
            /**
             * Format: int64
             * @description Bytes that they may have.
             */
            budget_bytes: number;
            /**
             * Format: int64
             * @description Bytes free on the file system; null: it does not say.
             */
            free_bytes?: number | null;
            /**
             * Format: int64
             * @description Bytes that are to stay free.
             */
            minimum_free_bytes: number;
            /**
             * Format: int64
             * @description Bytes of all tapes.
             */
            used_bytes: number;
            /**
             * Format: int64
             * @description How much of the past is kept (seconds).
             */
            window_s: number;
        };
        /** @description It was said. */
        Done: {
            /**
             * Format: int64
             * @description Offset of it.
             */
            offset: number;
        };
        /** @description What is to be looked at before it counts. */
        Draft: {
            /**
             * Format: int64
             * @description Days ahead.
             */
            days?: number | null;
            /** @description What it would be meant to play; absent: what it is. */
            document?: Record<string, never> | null;
        };
        /** @description One encoder of pictures. */
        EncoderStatus: {
            /**
             * Format: date-time
             * @description When one that was set aside is tried again.
             */
            again_at?: string | null;
            /** @description `software`, `vaapi` or `nvenc`. */
            name: string;
            /** @description `used`, `spare` (it works, and another is better), `set_aside` (it works, and kept failing), `proving` or `none` (no encoder here). */
            state: string;
            /** @description Why it is none, for people. */
            why?: string | null;
        };
        /** @description A programme. */
        Event: {
            /** @description Text. */
            description: string;
            /**
             * Format: date-time
             * @description End.
             */
            end: string;
            /** @description Genre. */
            genre: string;
            /** @description Within the channel. */
            id: string;
            /**
             * Format: int32
             * @description For whom it is, from this age on (years); null: nobody has said.
             */
            rating?: number | null;
            /**
             * Format: date-time
             * @description Start.
             */
            start: string;
            /** @description Second line. */
            subtitle: string;
            /** @description Title. */
            title: string;
        };
        /** @description Events of a conversation. */
        Events: {
            /** @description Within it offsets count. */
            epoch: string;
            /** @description In order, without a hole; fewer than asked for: these are all. */
            items: Record<string, never>[];
            /**
             * Format: int64
             * @description Offset of its last event.
             */
            last: number;
        };
        /** @description What is wrong with a document. */
        FaultView: {
            /**
             * @description What it is, for machines: `unreadable`, `too_large`, `version`, `too_many`, `empty`, `missing`, `out_of_range`, `unknown_name`, `one_of`, `contradiction`,
             *     `duplicate`, `circular`, `no_end`, `no_items` or `day`.
             */
            code: string;
            /** @description What it is and what to do. */
            message: string;
            /** @description Place in the document: `blocks.morning.play[0].order`. */
            place: string;
        };
        /** @description Channels that one likes. */
        Favourites: {
            /** @description Ids, in one's own order; some may be of channels that are gone. */
            channels: string[];
            /**
             * Format: int64
             * @description Grows with each change; a change names the one that it has seen.
             */
            revision: number;
        };
        /** @description After a change. */
        FavouritesChanged: {
            /**
             * Format: int64
             * @description The state that the next change names.
             */
            revision: number;
        };
        /** @description A field that is wrong. */
        Field: {
            /** @description What is wrong with it. */
            message: string;
            /** @description Its name. */
            name: string;
        };
        /** @description A place in a conversation. */
        Find: {
            /** @description Conversation. */
            id: string;
            /**
             * Format: int64
             * @description The message's offset; 0: the title fits.
             */
            offset: number;
            /** @description What stands there. */
            text: string;
            /** @description What it is called; null: nothing yet. */
            title?: string | null;
        };
        /** @description What was found. */
        Finds: {
            /** @description By day, and within a day by channel and start. */
            items: components["schemas"]["Airing"][];
            /** @description Where to go on; null: that was all. A page may be short, and even empty, while there is more. */
            next_cursor?: string | null;
        };
        /** @description What was found. */
        Found: {
            /** @description The conversation that was last spoken in first. */
            items: components["schemas"]["Find"][];
        };
        /** @description What the host says of a channel in a guide; an empty one: as it is found. */
        GuideChoice: {
            /** @description It is this id. */
            is?: string | null;
            /** @description The guide does not have it. */
            none?: boolean;
            /** @description It is none of these; they are never taken again. */
            not?: string[];
        };
        /** @description What is on a channel. */
        GuideRow: {
            /** @description Channel. */
            channel_id: string;
            /** @description By start. */
            items: components["schemas"]["Airing"][];
            /**
             * Format: int64
             * @description Age of the oldest of it, in seconds.
             */
            stale_s: number;
        };
        /** @description A window of the guide. */
        GuideWindow: {
            /** @description Channel by channel, in the lineup's order or in that of the question. */
            items: components["schemas"]["GuideRow"][];
            /** @description Where to go on; null at the end. */
            next_cursor?: string | null;
        };
        /** @description A change of what the host wants of the guides; what is absent stays. */
        GuideWish: {
            /** @description By guide, by channel. */
            choices?: {
                [key: string]: {
                    [key: string]: components["schemas"]["GuideChoice"];
                };
            };
            /** @description Ids of guides, best first. */
            order?: string[] | null;
            /**
             * Format: int64
             * @description The state that whoever changes it has seen.
             */
            revision: number;
        };
        /** @description After a change. */
        GuideWished: {
            /**
             * Format: int64
             * @description The state that the next change names.
             */
            revision: number;
        };
        /** @description Who holds a tuner. */
        HolderView: {
            /** @description Name of the channel. */
            channel: string;
            /**
             * Format: date-time
             * @description Until when at the latest, unless it goes on.
             */
            until: string;
            /** @description Who, and what for. */
            what: string;
        };
        /** @description Hours of a run ahead. */
        HoursView: {
            /**
             * Format: double
             * @description Of breaks.
             */
            breaks: number;
            /**
             * Format: double
             * @description Of what fills.
             */
            fallback: number;
            /**
             * Format: double
             * @description Of programmes.
             */
            programme: number;
            /**
             * Format: double
             * @description Of nothing.
             */
            slate: number;
        };
        /** @description Starts that were late. */
        LateView: {
            /**
             * Format: int64
             * @description How many.
             */
            starts: number;
            /**
             * Format: int64
             * @description The latest (milliseconds).
             */
            worst_ms: number;
        };
        /** @description A transponder that a receiver has refused to tune. */
        LeftAloneStatus: {
            /** @description Its name. */
            channel: string;
            /** @description The channel that was asked for; what shares its transponder is left alone too. */
            channel_id: string;
            /**
             * Format: date-time
             * @description Until when, unless a stream of ours that was on then ends before.
             */
            until: string;
        };
        /** @description What is done with many items. */
        LibraryAction: {
            /** @description Labels that they get. */
            add?: string[];
            /** @enum {string} */
            do: "tag";
            /** @description Labels that they lose. */
            remove?: string[];
        } | {
            /** @enum {string} */
            do: "kind";
            kind?: components["schemas"]["LibraryKind"] | null;
        } | {
            /** @enum {string} */
            do: "hide";
        } | {
            /** @enum {string} */
            do: "show";
        } | {
            /** @enum {string} */
            do: "probe";
        } | {
            /** @enum {string} */
            do: "forget";
        };
        /** @description Which items, and what is done with them. */
        LibraryBulk: {
            /** @description What is done. */
            action: components["schemas"]["LibraryAction"];
            /** @description Ids, 10,000 at most. */
            ids: number[];
        };
        /** @description What came of it. */
        LibraryChanged: {
            /** @description Items that are now another. */
            changed: number;
        };
        /** @description A collection. */
        LibraryCollection: {
            /** @description What belongs to it. */
            content: components["schemas"]["CollectionContent"];
            /** @description Items that it gives now. */
            count: number;
            /** @description The first of them, for pictures. */
            first: number[];
            /**
             * Format: int64
             * @description Names it for ever.
             */
            id: number;
            /** @description Name. */
            name: string;
            /**
             * Format: int64
             * @description Grows with each change; a change names it.
             */
            revision: number;
        };
        /** @description All collections. */
        LibraryCollections: {
            /** @description By name. */
            items: components["schemas"]["LibraryCollection"][];
        };
        /** @description What the host says of an item; what is null is as names and files say. */
        LibraryCorrection: {
            /**
             * Format: int32
             * @description Number over all seasons.
             * @default null
             */
            absolute?: number | null;
            /**
             * Format: int32
             * @description For whom it is.
             * @default null
             */
            age?: number | null;
            /**
             * Format: int32
             * @description First episode.
             * @default null
             */
            episode?: number | null;
            /**
             * @description Genres.
             * @default null
             */
            genres?: string[] | null;
            /**
             * @description Channels do not use it.
             * @default false
             */
            hidden?: boolean;
            /** @default null */
            kind?: components["schemas"]["LibraryKind"] | null;
            /**
             * Format: int32
             * @description Last episode; the first if absent.
             * @default null
             */
            last_episode?: number | null;
            /**
             * @description What it does not have, whatever files say: `show`, `season`, `episode`, `absolute`, `part`, `released`, `year`, `age`.
             * @default []
             */
            none?: string[];
            /**
             * Format: int32
             * @description Part.
             * @default null
             */
            part?: number | null;
            /**
             * @description Day, as 2024-05-01, or year.
             * @default null
             */
            released?: string | null;
            /**
             * Format: int32
             * @description Season.
             * @default null
             */
            season?: number | null;
            /**
             * @description Show.
             * @default null
             */
            show?: string | null;
            /**
             * @description What it is about.
             * @default null
             */
            summary?: string | null;
            /**
             * @description Labels beside those of its file.
             * @default []
             */
            tags?: string[];
            /**
             * @description Title.
             * @default null
             */
            title?: string | null;
            /**
             * Format: int32
             * @description Year.
             * @default null
             */
            year?: number | null;
        };
        /** @description All that is known of an item. */
        LibraryDetail: components["schemas"]["LibraryItem"] & {
            /** @description Its sounds. */
            audio: components["schemas"]["LibraryTrack"][];
            /** @description Where chapters begin (seconds). */
            chapters_s: number[];
            /** @description Collections that name it, or whose query means it. */
            collections: number[];
            /** @description Container; empty: not probed. */
            container: string;
            /**
             * Format: int64
             * @description Id of the item that holds the same.
             */
            copy_of?: number | null;
            /** @description What the host says of it. */
            correction: components["schemas"]["LibraryCorrection"];
            /** @description What is unusual or wrong, the worst first. */
            faults: components["schemas"]["LibraryFlaw"][];
            /** @description The folder; null for who only watches. */
            folder?: string | null;
            /** @description Genres. */
            genres: string[];
            /** @description The path in it, as people read it; null for who only watches. */
            path?: string | null;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description Its subtitles. */
            subtitles: components["schemas"]["LibraryTrack"][];
            /** @description What it is about. */
            summary: string;
            video?: components["schemas"]["LibraryVideo"] | null;
        };
        /** @description Something unusual or wrong, and advice. */
        LibraryFlaw: {
            /** @description What can be done. */
            advice: string;
            /** @description For machines. */
            code: string;
            /** @description Nothing can be made of the file. */
            fatal: boolean;
            /** @description What is so. */
            message: string;
        };
        /** @description All folders. */
        LibraryFolders: {
            /** @description Those of the configuration file first. */
            items: components["schemas"]["LibraryFolderState"][];
        };
        /** @description A folder and how it fares. */
        LibraryFolderState: {
            /** @description Films in it. */
            files: number;
            /** @description Id; null: it stands in the configuration file. */
            id?: string | null;
            /** @description It has been looked at. */
            looked: boolean;
            /** @description It is not there. */
            missing: boolean;
            /** @description Name. */
            name: string;
            /** @description Where it lies. */
            path: string;
            /** @description There is more in it than is looked at. */
            too_much: boolean;
            /** @description Directories that could not be read; the first of them. */
            unread: string[];
        };
        /** @description An item in a list. */
        LibraryItem: {
            /**
             * Format: int32
             * @description Number over all seasons.
             */
            absolute?: number | null;
            /**
             * Format: date-time
             * @description When it was first seen.
             */
            added: string;
            /**
             * Format: int32
             * @description For whom it is, from this age on (years); null: nobody has said.
             */
            age?: number | null;
            /**
             * Format: int32
             * @description First episode.
             */
            episode?: number | null;
            /** @description Something is unusual or wrong: how many things. */
            flaws: number;
            /** @description Channels do not use it. */
            hidden: boolean;
            /**
             * Format: int64
             * @description Names it for ever.
             */
            id: number;
            /** @description What it is. */
            kind: components["schemas"]["LibraryKind"];
            /**
             * Format: int32
             * @description Last episode, where the file holds several.
             */
            last_episode?: number | null;
            /**
             * Format: double
             * @description Length in seconds; 0: nobody knows.
             */
            length_s: number;
            /**
             * Format: int32
             * @description Lines of its picture; 0: nobody knows.
             */
            lines: number;
            /**
             * Format: int32
             * @description Part of a story.
             */
            part?: number | null;
            /** @description Another picture has another one. */
            picture: string;
            /** @description Day of the first broadcast. */
            released?: string | null;
            /**
             * Format: int32
             * @description Season; 0 for specials.
             */
            season?: number | null;
            /** @description Its show. */
            show?: string | null;
            /** @description Whether it can be used. */
            state: components["schemas"]["LibraryState"];
            /** @description Labels. */
            tags: string[];
            /** @description Title. */
            title: string;
            /**
             * Format: int32
             * @description Year.
             */
            year?: number | null;
        };
        /** @description A page of items. */
        LibraryItems: {
            /** @description Items. */
            items: components["schemas"]["LibraryItem"][];
            /** @description For the next page; null: this is the last. */
            next_cursor?: string | null;
            /** @description How many there are in all. */
            total: number;
            /**
             * Format: int64
             * @description The state of the library that this is of.
             */
            version: number;
        };
        /**
         * @description What an item is.
         * @enum {string}
         */
        LibraryKind: "film" | "episode" | "clip" | "other";
        /** @description The library at a glance. */
        LibraryOverview: {
            /** @description Items that are away. */
            absent: number;
            /** @description Folders. */
            folders: number;
            /** @description Genres that there are. */
            genres: string[];
            /** @description Items that channels do not use. */
            hidden: number;
            /** @description Items of each kind, `film`, `episode`, `clip`, `other`. */
            kinds: {
                [key: string]: number;
            };
            /** @description How far it is. */
            scan: components["schemas"]["LibraryScan"];
            /** @description Shows. */
            shows: number;
            /** @description Labels that there are. */
            tags: string[];
            /** @description Items of which nothing can be made. */
            unplayable: number;
            /**
             * Format: int64
             * @description Grows with each change.
             */
            version: number;
        };
        /** @description How far the library is. */
        LibraryScan: {
            /**
             * Format: int64
             * @description Films that were found so far, or the last time.
             */
            files: number;
            /**
             * Format: date-time
             * @description When folders were last looked at.
             */
            looked?: string | null;
            /** @description Folders are being looked at. */
            looking: boolean;
            /**
             * Format: double
             * @description How long that took (seconds).
             */
            took_s: number;
            /** @description Items that are to be looked into. */
            waiting: number;
        };
        /** @description A show. */
        LibraryShow: {
            /** @description Episodes that are away. */
            absent: number;
            /** @description Episodes. */
            episodes: number;
            /**
             * Format: int64
             * @description An item whose picture may stand for it.
             */
            item: number;
            /** @description Its name. */
            name: string;
            /** @description Another picture has another one. */
            picture: string;
            /** @description Seasons, without specials. */
            seasons: number;
            /**
             * Format: int32
             * @description The year of its beginning.
             */
            year?: number | null;
        };
        /** @description All shows. */
        LibraryShows: {
            /** @description In their natural order. */
            items: components["schemas"]["LibraryShow"][];
        };
        /**
         * @description Whether an item can be used.
         * @enum {string}
         */
        LibraryState: "present" | "waiting" | "absent" | "unplayable";
        /** @description A sound or subtitles. */
        LibraryTrack: {
            /**
             * Format: int32
             * @description Channels of a sound; 0: of subtitles.
             */
            channels: number;
            /** @description Codec. */
            codec: string;
            /** @description Language, as the file says it. */
            language?: string | null;
            /** @description What the file calls it. */
            title?: string | null;
        };
        /** @description What a probe has found of a picture. */
        LibraryVideo: {
            /**
             * Format: int32
             * @description Bits of a sample.
             */
            bits: number;
            /** @description Codec. */
            codec: string;
            /** @description A wide range of brightness. */
            hdr: boolean;
            /**
             * Format: int32
             * @description Pixels down.
             */
            height: number;
            /** @description Made of fields. */
            interlaced: boolean;
            /** @description Profile. */
            profile: string;
            /**
             * Format: double
             * @description Pictures a second.
             */
            rate: number;
            /**
             * Format: int32
             * @description Degrees by which it is turned.
             */
            rotation: number;
            /**
             * Format: int32
             * @description Pixels across.
             */
            width: number;
        };
        /** @description A change of what the host wants; what is absent stays. */
        LineupChange: {
            /** @description Of these channels, by id; an empty one: as the receiver has it. */
            channels?: {
                [key: string]: components["schemas"]["ChannelWish"];
            };
            /** @description The host's own bouquets, all of them. */
            groups?: components["schemas"]["ChannelGroup"][] | null;
            /** @description Ids of bouquets that nobody is to see, all of them. */
            hidden_bouquets?: string[] | null;
            /** @description Ids of bouquets, first to last. */
            order?: string[] | null;
            /**
             * Format: int64
             * @description The state that whoever changes it has seen.
             */
            revision: number;
        };
        /** @description After a change. */
        LineupChanged: {
            /**
             * Format: int64
             * @description The state that the next change names.
             */
            revision: number;
        };
        /** @description A one-time link's code. */
        Link: {
            /** @description Code. */
            code: string;
        };
        /** @description What a lint is about. */
        LintParameters: {
            /** @description What the item is called. */
            item?: string | null;
            /** @description Name of a source, block, break or template. */
            name: string;
            /**
             * Format: int64
             * @description How much; lengths in ticks of 90 kHz.
             */
            number: number;
        };
        /** @description What is odd about a document. */
        LintView: {
            /** @description What, in a word. */
            code: string;
            /** @description Of what, and how much. */
            parameters: components["schemas"]["LintParameters"];
            /** @description Place in the document in full. */
            place: string;
        };
        /** @description What was on. */
        Log: {
            /** @description The newest first. */
            items: components["schemas"]["AiredView"][];
            /** @description For `before`, if there may be more. */
            next_cursor?: string | null;
        };
        /** @description The log's level. */
        LogLevel: {
            /** @description `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,telecast_server::app=debug`. */
            level: string;
        };
        /** @description A player with its addresses, which are told once. */
        MadePlayer: components["schemas"]["PlayerView"] & {
            /** @description List of channels, as that program reads it. */
            channels_url: string;
            /** @description Guide, as that program reads it. */
            guide_url: string;
            /** @description For programs that want a network tuner (HDHomeRun). */
            tuner_url: string;
        };
        /** @description A new API token. */
        MadeToken: {
            /** @description The token itself: shown once, kept by nobody. */
            token: string;
            /** @description The same without it. */
            view: components["schemas"]["TokenView"];
        };
        /** @description Channels in a guide. */
        Matches: {
            /** @description How many channels of the lineup are what. */
            figures: components["schemas"]["MatchFigures"];
            /** @description In the lineup's order. */
            items: components["schemas"]["ChannelMatch"][];
            /** @description Where to go on; null: that was all. */
            next_cursor?: string | null;
            /**
             * Format: int64
             * @description The state that the next change names.
             */
            revision: number;
            /** @description How many of them there are in all. */
            total: number;
        };
        /** @description How many channels of the lineup are what in a guide. */
        MatchFigures: {
            /**
             * Format: int64
             * @description For a person to say.
             */
            doubtful: number;
            /**
             * Format: int64
             * @description The host has chosen an id that the guide does not have.
             */
            missing: number;
            /**
             * Format: int64
             * @description The host says that the guide does not have them.
             */
            none: number;
            /**
             * Format: int64
             * @description Certain.
             */
            sure: number;
            /**
             * Format: int64
             * @description Nothing like them was found.
             */
            unmatched: number;
            /**
             * Format: int64
             * @description They count from the next reading on.
             */
            waiting: number;
        };
        /** @description An id that is, or may be, a channel's. */
        MatchFit: {
            /** @description The guide's id. */
            id: string;
            /** @description The guide's name of it; empty: it has none. */
            name: string;
            /** @description Why. */
            reason: components["schemas"]["MatchReason"];
            /**
             * Format: int32
             * @description How well (0 to 100).
             */
            score: number;
            /** @description What it shows now, and what comes next; of what is not read, as it was when the guide was last read. */
            shows: components["schemas"]["ShownThere"][];
        };
        /**
         * @description Why a channel is an id, or may be.
         * @enum {string}
         */
        MatchReason: "alike" | "normalised" | "exact_name" | "exact_id" | "confirmed";
        /**
         * @description How a channel stands in a guide.
         * @enum {string}
         */
        MatchStanding: "sure" | "doubtful" | "missing" | "waiting" | "unmatched" | "none";
        /** @description A collection as it is to be. */
        NewCollection: {
            /** @description What belongs to it. */
            content: components["schemas"]["CollectionContent"];
            /** @description Name. */
            name: string;
        };
        /** @description A folder as a person describes it. */
        NewLibraryFolder: {
            /** @description Name for people; the last part of its path, if empty. */
            name?: string;
            /** @description Where it lies on the station's machine. */
            path: string;
        };
        /** @description Another password. */
        NewPassword: {
            /** @description The one that counts now; absent for an account that has none yet. */
            current?: string | null;
            /** @description The one that is to count. */
            new: string;
        };
        /** @description Somebody to be. */
        NewPerson: {
            /**
             * Format: int32
             * @description A guest: after so many hours the account ends. He watches, whatever his role, and comes in by a link that is good until then.
             */
            expires_hours?: number | null;
            /** @description Name, by which he signs in. */
            name: string;
            /** @description Password; absent: he comes in by a link, and chooses one himself. */
            password?: string | null;
            /** @description Role. */
            role: string;
        };
        /** @description A player to be. */
        NewPlayer: {
            /**
             * Format: int32
             * @description Its address ends after so many days; never if absent.
             */
            expires_days?: number | null;
            /** @description `kodi`, `jellyfin`, `plex`, `tivimate`, `other`. */
            kind: string;
            /** @description What it is called. */
            name: string;
        };
        /** @description What a child is to see. */
        NewProfile: {
            /** @description Four to eight digits that open a programme for older people; empty: none any more; absent: as before. */
            pin?: string | null;
            /** @description What it may see. */
            profile: components["schemas"]["ChildProfile"];
        };
        /** @description A receiver as a person describes it. */
        NewReceiver: {
            /** @description What it is; an Enigma2 receiver if absent. */
            kind?: components["schemas"]["ReceiverKind"];
            /** @description Name for people; empty: its host. */
            name?: string;
            /** @description Password; write-only. */
            password?: string | null;
            /**
             * Format: int32
             * @description Port of its streams; 8001 if absent.
             */
            stream_port?: number | null;
            /**
             * Format: int32
             * @description Tuners to count on; as many as it says if absent.
             */
            tuners?: number | null;
            /** @description Address of its web interface: `http://192.168.1.20` or just the host. Of a list, where it lies; its query is kept like a password. */
            url: string;
            /** @description User name, if it wants one. */
            username?: string | null;
        };
        /** @description Another role. */
        NewRole: {
            /** @description Role. */
            role: string;
        };
        /** @description A search to be kept. */
        NewSearch: {
            /** @description What it is called. */
            name: string;
            /** @description What is looked for. */
            wanted: components["schemas"]["SearchWords"];
        };
        /** @description What to play. */
        NewSession: {
            /**
             * @description `live` (default), `start`, or a time (RFC 3339). On a channel of one's own a time that is past plays the programme that was on then, from its beginning to its
             *     end; its player begins at that time.
             */
            at?: string | null;
            /** @description Channel; either this or `item_id`. */
            channel_id?: string | null;
            /** @description What the client can play; what it does not name it is not given. */
            client?: components["schemas"]["ClientView"];
            /**
             * Format: double
             * @description Seconds into the item at which its player is to begin.
             */
            from?: number | null;
            /**
             * Format: int64
             * @description Item of the library.
             */
            item_id?: number | null;
            /** @description Opens a programme that is for older people than the child who asks. */
            pin?: string | null;
        };
        /** @description A guide as a person describes it. */
        NewSource: {
            /** @description Name for people; empty: its host. */
            name?: string;
            /**
             * Format: int32
             * @description How often it is read (900 to 604800); as often as all if absent.
             */
            refresh_s?: number | null;
            /**
             * Format: int32
             * @description Its times are moved by so many minutes.
             */
            shift_min?: number;
            /** @description Address of an XMLTV file, plain or packed; its user, password and query are kept sealed and shown nowhere. */
            url: string;
        };
        /** @description A channel to be. */
        NewStation: {
            /** @description What it is meant to play; absent: nothing yet. */
            document?: Record<string, never> | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int32
             * @description Its number, if it is to have a certain one.
             */
            number?: number | null;
        };
        /** @description What is to be recorded. */
        NewTimer: {
            /** @description Channel. */
            channel_id?: string | null;
            /**
             * Format: date-time
             * @description Until, exactly.
             */
            end?: string | null;
            /** @description A programme of the guide; either this or `channel_id` with `start` and `end`. */
            programme_id?: string | null;
            /** @description Which receiver is to record; if absent, the first that has the channel and can. */
            receiver_id?: string | null;
            /**
             * Format: date-time
             * @description From, exactly.
             */
            start?: string | null;
            /** @description What a stretch of a channel is called; as the channel if absent. */
            title?: string | null;
        };
        /** @description An API token to be. */
        NewToken: {
            /**
             * Format: int32
             * @description Days until it ends; absent: never.
             */
            expires_days?: number | null;
            /** @description What it is for. */
            name: string;
            /** @description What it may do; not more than its account. */
            scopes: string[];
        };
        /** @description Something that happened in planning. */
        NoteView: {
            /** @description When. */
            at: string;
            /** @description Name of the block. */
            block: string;
            /** @description What came instead of it. */
            instead?: string | null;
            /** @description The item that it is about. */
            item?: string | null;
            /** @description `cursor_gone`, `too_long`, `did_not_fit`, `cut`, `late`, `missed`, `nothing` or `no_room`. */
            kind: string;
            /**
             * Format: int64
             * @description How much (milliseconds).
             */
            length_ms: number;
            /** @description Name of the source, the group or the break. */
            source: string;
        };
        /** @description Something that everybody at this station should know. */
        Notice: {
            /** @description Stable code. */
            code: string;
            /** @description For people. */
            message: string;
        };
        /** @description Now and next on one channel. */
        NowNext: {
            /** @description Channel. */
            channel_id: string;
            next?: components["schemas"]["Event"] | null;
            now?: components["schemas"]["Event"] | null;
            /**
             * Format: int64
             * @description Age of what is known, in seconds.
             */
            stale_s: number;
        };
        /** @description Now and next on many channels. */
        NowNexts: {
            /** @description In the order asked for, or of all channels. */
            items: components["schemas"]["NowNext"][];
        };
        /** @description That one can sign in through an identity provider. */
        Offer: {
            /** @description What stands on the button; null: the page's own words. */
            name?: string | null;
            /** @description Where the button leads. */
            url: string;
        };
        /** @description An id of a guide. */
        OfferedId: {
            /** @description It. */
            id: string;
            /** @description Its name there. */
            name: string;
        };
        /** @description Ids of a guide. */
        OfferedIds: {
            /** @description In the guide's order. */
            items: components["schemas"]["OfferedId"][];
        };
        /** @description A bouquet as a receiver has it. */
        OwnBouquet: {
            /** @description How many channels it has. */
            channels: number;
            /** @description Who it is. */
            id: string;
            /** @description `tv` or `radio`. */
            kind: string;
            /** @description Name. */
            name: string;
        };
        /** @description A channel as receivers have it. */
        OwnChannel: {
            /** @description Who it is. */
            id: string;
            /** @description `tv` or `radio`. */
            kind: string;
            /** @description The receiver's name for it. */
            name: string;
            /**
             * Format: int32
             * @description The receiver's number for it.
             */
            number: number;
            /** @description Ids of the receivers that have it, best first. */
            receivers: string[];
            wish?: components["schemas"]["ChannelWish"] | null;
        };
        /** @description Languages that one reads. */
        OwnLanguages: {
            /** @description Best first, as `de` or `en-GB`; none: those that the browser asks for. */
            languages: string[];
        };
        /** @description What receivers have, and what the host wants of it. */
        OwnLineup: {
            /** @description Receivers' bouquets. */
            bouquets: components["schemas"]["OwnBouquet"][];
            /** @description All channels, hidden ones too, in the receivers' order. */
            channels: components["schemas"]["OwnChannel"][];
            /** @description The host's own bouquets. */
            groups: components["schemas"]["ChannelGroup"][];
            /** @description Ids of bouquets that nobody is to see. */
            hidden_bouquets: string[];
            /** @description Ids of bouquets, first to last; those that are not named come after them. */
            order: string[];
            /**
             * Format: int64
             * @description Grows with each change; a change names it.
             */
            revision: number;
        };
        /** @description A device that waits. */
        Pairing: {
            /** @description To be shown to people, with its hyphen. */
            code: string;
            /**
             * Format: int64
             * @description Seconds until it is over.
             */
            expires_s: number;
            /**
             * Format: int64
             * @description Seconds between two questions.
             */
            interval_s: number;
            /** @description Where somebody who is signed in types the code, behind the station's address. */
            path: string;
            /** @description What the device asks with; for itself alone. */
            secret: string;
        };
        /** @description A code that somebody reads off a device. */
        PairingCode: {
            /** @description Let it in; otherwise one only learns what waits there. */
            approve?: boolean;
            /** @description As it is shown; hyphens, spaces and case do not matter. */
            code: string;
        };
        /** @description What a device asks with. */
        PairingPoll: {
            /** @description As it was given. */
            secret: string;
        };
        /** @description All of them. */
        People: {
            /** @description Oldest first. */
            items: components["schemas"]["Person"][];
        };
        /** @description Somebody. */
        Person: {
            /**
             * Format: int64
             * @description When the account was made (milliseconds since 1970).
             */
            created_ms: number;
            /**
             * Format: int64
             * @description When a guest's stay ends (milliseconds since 1970); null: he is none.
             */
            expires_ms?: number | null;
            /** @description There is a PIN that opens programmes for older people. */
            has_pin: boolean;
            /** @description Id. */
            id: string;
            /** @description Whoever asks may change and remove it. */
            may_change: boolean;
            /** @description Name. */
            name: string;
            profile?: components["schemas"]["ChildProfile"] | null;
            /** @description `owner`, `admin`, `programmer`, `agent`, `viewer` or `child`. */
            role: string;
        };
        /** @description What was counted of one PID since the programme names it. */
        PidStatus: {
            /**
             * Format: int64
             * @description Times that the continuity counter did not go on.
             */
            breaks: number;
            /** @description Codec, or `data`. */
            codec: string;
            /**
             * Format: int64
             * @description Packets that the receiver has marked as damaged.
             */
            damaged: number;
            /**
             * Format: int64
             * @description Pictures or frames of sound that are not delivered because of damage.
             */
            dropped: number;
            /** @description Language (ISO 639), if known. */
            language?: string | null;
            /**
             * Format: int64
             * @description Packets that came.
             */
            packets: number;
            /**
             * Format: int32
             * @description Its number.
             */
            pid: number;
            /**
             * Format: int64
             * @description Packets that came scrambled.
             */
            scrambled: number;
        };
        /** @description One reason of a decision. */
        PlanReasonView: {
            /** @description Stable code. */
            code: string;
            /** @description For people. */
            text: string;
        };
        /** @description How a session is played. */
        PlanView: {
            /** @description `remux`, `audio_transcode`, `video_transcode`, `direct`. */
            action: string;
            /** @description Sound, the default first. */
            audio: components["schemas"]["TrackPlanView"][];
            /** @description `cmaf` or `ts`. */
            container: string;
            /** @description Guessed from what the channel had last time; the map has not come yet. */
            provisional: boolean;
            /** @description Why so. */
            reasons: components["schemas"]["PlanReasonView"][];
            video?: components["schemas"]["TrackPlanView"] | null;
        };
        /** @description How a player fares, as it says itself: sums since its session began, so that a report that is lost costs nothing. */
        PlayerFacts: {
            /**
             * Format: int32
             * @description Loaded ahead (milliseconds).
             * @default null
             */
            ahead_ms?: number | null;
            /**
             * Format: int32
             * @description Behind the newest part (milliseconds).
             * @default null
             */
            behind_ms?: number | null;
            /**
             * Format: int32
             * @description Times that a decoder has failed.
             * @default 0
             */
            decoder_failures?: number;
            /**
             * Format: int32
             * @description Pictures left out for want of time.
             * @default 0
             */
            dropped_frames?: number;
            /**
             * Format: int32
             * @description From the viewer's wish to the first picture (milliseconds); null: not yet.
             * @default null
             */
            first_frame_ms?: number | null;
            /**
             * Format: int32
             * @description Pictures shown.
             * @default 0
             */
            shown_frames?: number;
            /**
             * Format: int32
             * @description For how long in all (milliseconds).
             * @default 0
             */
            stalled_ms?: number;
            /**
             * Format: int32
             * @description Times that the picture has run out.
             * @default 0
             */
            stalls?: number;
        };
        /** @description All players of whoever asks. */
        Players: {
            /** @description Oldest first. */
            items: components["schemas"]["PlayerView"][];
        };
        /** @description A player, without its secret. */
        PlayerView: {
            /**
             * Format: int64
             * @description When it was made (milliseconds since 1970).
             */
            created_ms: number;
            /**
             * Format: int64
             * @description When its address ends; null: never.
             */
            expires_ms?: number | null;
            /** @description Names it here. */
            id: string;
            /** @description `kodi`, `jellyfin`, `plex`, `tivimate`, `other`. */
            kind: string;
            /**
             * Format: int64
             * @description When it was last used, to about a minute; null: never.
             */
            last_used_ms?: number | null;
            /** @description What it is called. */
            name: string;
        };
        /** @description An entry of a playlist: one of both. */
        PlaylistEntry: {
            /**
             * Format: int64
             * @description An item.
             */
            item: number;
        } | {
            /**
             * Format: int64
             * @description All of another collection.
             */
            collection: number;
        };
        /** @description How the preparation of the next hours fares, in slots. */
        PreparationView: {
            /** @description Cannot be prepared. */
            failed: number;
            /**
             * Format: int64
             * @description Minutes until something is on that is not prepared yet; none: everything of the next hours is.
             */
            minutes_until_unready?: number | null;
            /** @description Prepared. */
            ready: number;
            /** @description Being prepared. */
            running: number;
            /** @description Not begun. */
            waiting: number;
        };
        /** @description How far the preparation has come of what is played next. */
        PreparingView: {
            /**
             * Format: double
             * @description So much is made (seconds).
             */
            done_s: number;
            /**
             * Format: double
             * @description Of so much (the same).
             */
            length_s: number;
        };
        /** @description What would be on by another document. */
        PreviewView: components["schemas"]["TimelineView"] & {
            /** @description How that differs from what is planned. */
            diff: components["schemas"]["DiffView"];
            /** @description What is wrong with the document. */
            faults: components["schemas"]["FaultView"][];
        };
        /** @description The document. */
        ProblemDocument: {
            /** @description Stable code. */
            code: string;
            /** @description What happened here. */
            detail: string;
            /** @description Fields that are wrong. */
            fields?: components["schemas"]["Field"][];
            /** @description Why exactly, where the code does not tell: a stable code as those of sessions. */
            reason?: string | null;
            /** @description To quote when asking for help. */
            request_id: string;
            /**
             * Format: int64
             * @description When to try again.
             */
            retry_after_s?: number | null;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description Title. */
            title: string;
            /** @description Names the kind of problem; an address below this station. */
            type: string;
        };
        /** @description A kind of problem. */
        ProblemKind: {
            /** @description What one can do. */
            advice: string;
            /** @description What one can do, in German. */
            advice_de: string;
            /** @description Stable code. */
            code: string;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description Title. */
            title: string;
            /** @description Title in German. */
            title_de: string;
        };
        /** @description All kinds of problems and reasons. */
        ProblemKinds: {
            /** @description Codes of problem documents, by status. */
            items: components["schemas"]["ProblemKind"][];
            /** @description Codes of sessions' reasons. */
            reasons: components["schemas"]["ReasonKind"][];
        };
        /** @description All that is known of an airing. */
        Programme: components["schemas"]["Airing"] & {
            /** @description Genres as the source names them. */
            categories: string[];
            /** @description Where it was made. */
            countries: string[];
            /** @description Who made it and who is in it. */
            credits: components["schemas"]["Credit"][];
            /** @description When it was made: a year or a day. */
            date?: string | null;
            /** @description The whole text. */
            description: string;
            /** @description Picture and sound as the source names them. */
            facts: string[];
            /** @description Other times of the same on its channel. */
            others: components["schemas"]["Airing"][];
            /**
             * Format: int64
             * @description Age of what is known, in seconds.
             */
            stale_s: number;
        };
        /** @description What a session plays for itself. */
        ProgrammeView: {
            /**
             * Format: int64
             * @description Item of the library; null: what was on a channel.
             */
            item_id?: number | null;
            /**
             * Format: double
             * @description How long it is (seconds). Dates in its playlist count from `start`, of an item from 1970: they say how far into it one is.
             */
            length_s: number;
            /**
             * Format: date-time
             * @description When it began; null of an item.
             */
            start?: string | null;
            /** @description What it is called. */
            title: string;
        };
        /** @description A provider as people see it. */
        ProviderView: {
            /**
             * Format: int64
             * @description For how long it is left alone.
             */
            away_s?: number | null;
            /** @description How it is spoken to. */
            kind: string;
            /** @description Its name of the model. */
            model: string;
            /** @description What it is called. */
            name: string;
            /** @description Whether it is asked; otherwise it is left alone for so many seconds. */
            well: boolean;
        };
        /** @description Why a session ended or was refused. */
        ReasonKind: {
            /** @description What one can do. */
            advice: string;
            /** @description What one can do, in German. */
            advice_de: string;
            /** @description Stable code. */
            code: string;
            /** @description Title. */
            title: string;
            /** @description Title in German. */
            title_de: string;
        };
        /** @description Why a session ended or was refused. */
        ReasonView: {
            /** @description Stable code: `tuners_busy`, `tune_timeout`, `source_ended`, `scrambled`, … */
            code: string;
            /** @description What the receiver or the stream said, if anything. */
            detail?: string | null;
            /** @description Who stands in the way. */
            holders: components["schemas"]["HolderView"][];
            /** @description What happened, for people. */
            message: string;
            /**
             * Format: int64
             * @description When it is worth trying again.
             */
            retry_after_s?: number | null;
        };
        /**
         * @description What kind of receiver it is.
         * @enum {string}
         */
        ReceiverKind: "enigma2" | "m3u" | "hdhomerun";
        /** @description All receivers. */
        Receivers: {
            /** @description In order of preference. */
            items: components["schemas"]["ReceiverView"][];
        };
        /**
         * @description State of a receiver.
         * @enum {string}
         */
        ReceiverState: "loading" | "ok" | "unreachable" | "unauthorized" | "not_a_receiver" | "not_a_list" | "no_bouquets";
        /** @description A receiver and its tuners. */
        ReceiverStatus: {
            /** @description `closed` (it is asked), `open` (it is left alone for a while) or `half_open` (it is being tried). */
            breaker: string;
            /**
             * Format: int64
             * @description Calls that it has answered since the start.
             */
            calls: number;
            /** @description Channels that it has. */
            channels: number;
            /**
             * Format: int64
             * @description Calls that it has not.
             */
            failed_calls: number;
            /** @description Who it is. */
            id: string;
            /** @description Tuners in use: one for each transponder that is on. */
            in_use: components["schemas"]["TunerStatus"][];
            /**
             * Format: int64
             * @description Mean time of its last answers (milliseconds); null before the first.
             */
            latency_ms?: number | null;
            /** @description Transponders that it has refused to tune, and is not asked for again for a while. */
            left_alone: components["schemas"]["LeftAloneStatus"][];
            /** @description What happened and what to do. */
            message: string;
            /** @description Model, if it told. */
            model?: string | null;
            /** @description Name. */
            name: string;
            /** @description State. */
            state: components["schemas"]["ReceiverState"];
            /**
             * Format: int32
             * @description Tuners that are counted on.
             */
            tuners?: number | null;
        };
        /** @description A receiver. */
        ReceiverView: {
            /** @description Channels that it has, each counted once however many bouquets it stands in. */
            channels: number;
            /** @description Who it is. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["ReceiverKind"];
            /** @description What happened and what to do. */
            message: string;
            /** @description Model, if it told. */
            model?: string | null;
            /** @description Name. */
            name: string;
            /** @description `file` or `store`. */
            source: string;
            /** @description State. */
            state: components["schemas"]["ReceiverState"];
            /**
             * Format: int32
             * @description Tuners that are counted on.
             */
            tuners?: number | null;
            /** @description Where it is asked, without user name, password and query; empty for whoever does not run the station. */
            url: string;
        };
        /** @description Which one. */
        RefreshWhich: {
            /** @description Id of a guide; all, and receivers, if absent. */
            source?: string | null;
        };
        /** @description What has come of reading the configuration again. */
        ReloadView: {
            /** @description What will count after a restart. */
            after_restart: components["schemas"]["ChangeView"][];
            /** @description What counts from now on. */
            changed: components["schemas"]["ChangeView"][];
            /** @description What works and should be changed all the same. */
            warnings: string[];
        };
        /** @description What was on again soon. */
        RepeatView: {
            /**
             * Format: int64
             * @description The shortest time between two beginnings of this (milliseconds).
             */
            closest_ms: number;
            /**
             * Format: int64
             * @description How often anything was on again.
             */
            times: number;
            /** @description What it is called. */
            title: string;
        };
        /** @description Another name, and other words and filters if they are there. */
        SearchChange: {
            /** @description What it is called. */
            name: string;
            wanted?: components["schemas"]["SearchWords"] | null;
        };
        /** @description All of them. */
        Searches: {
            /** @description Oldest first. */
            items: components["schemas"]["SearchView"][];
        };
        /** @description A search that is kept. */
        SearchView: {
            /**
             * Format: int64
             * @description When it was made (milliseconds since 1970).
             */
            created_ms: number;
            /** @description Names it here. */
            id: string;
            /** @description What it is called. */
            name: string;
            /** @description What is looked for. */
            wanted: components["schemas"]["SearchWords"];
        };
        /** @description What is looked for. */
        SearchWords: {
            /** @description On this channel alone. */
            channel?: string | null;
            /** @description `today`, `tomorrow`, or the next `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`. */
            day?: string | null;
            /**
             * Format: int32
             * @description DVB's genre; of the whole group, if its lower four bits are 0.
             */
            genre?: number | null;
            /** @description Only what is shown for the first time. */
            new?: boolean;
            /** @description Words, or their beginnings. */
            q: string;
        };
        /** @description All sessions of whoever asks. */
        Sessions: {
            /** @description Newest last. */
            items: components["schemas"]["SessionView"][];
        };
        /**
         * @description State of a session.
         * @enum {string}
         */
        SessionState: "new" | "starting" | "priming" | "ready" | "draining" | "stopped" | "failed" | "cancelled";
        /** @description A session, as whoever runs the station sees it. */
        SessionStatus: {
            /** @description Its name. */
            channel: string;
            /** @description Channel. */
            channel_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who watches. */
            holder: string;
            /** @description Which. */
            id: string;
            plan?: components["schemas"]["PlanView"] | null;
            player?: components["schemas"]["PlayerFacts"] | null;
            reason?: components["schemas"]["ReasonView"] | null;
            /** @description Receiver that it comes from. */
            receiver_id?: string | null;
            /** @description State. */
            state: components["schemas"]["SessionState"];
            waiting_for?: components["schemas"]["WaitingFor"] | null;
        };
        /** @description A session. */
        SessionView: {
            /** @description Channel; of an item of the library `item-` and its id. */
            channel_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: int64
             * @description How often the player should say that it still watches.
             */
            heartbeat_s: number;
            /** @description Who it is. */
            id: string;
            plan?: components["schemas"]["PlanView"] | null;
            /** @description Path of the multivariant playlist below the public address (`/play/{key}/main.m3u8`). */
            playlist_url: string;
            preparing?: components["schemas"]["PreparingView"] | null;
            programme?: components["schemas"]["ProgrammeView"] | null;
            reason?: components["schemas"]["ReasonView"] | null;
            /** @description Receiver that it comes from; null until one is granted. */
            receiver_id?: string | null;
            /** @description State. */
            state: components["schemas"]["SessionState"];
            /** @description Path of the raw transport stream (`/play/{key}/stream.ts`). */
            stream_url: string;
            trouble?: components["schemas"]["ReasonView"] | null;
            waiting_for?: components["schemas"]["WaitingFor"] | null;
        };
        /** @description The first owner. */
        Setup: {
            /** @description The code that was printed at start. */
            code: string;
            /** @description Name. */
            name: string;
            /** @description Password. */
            password: string;
        };
        /** @description How often, and how long, something was on. */
        ShareView: {
            /**
             * Format: double
             * @description Hours.
             */
            hours: number;
            /** @description Name. */
            name: string;
            /**
             * Format: int64
             * @description How often.
             */
            starts: number;
        };
        /** @description What an id shows. */
        ShownThere: {
            /**
             * Format: date-time
             * @description From.
             */
            start: string;
            /** @description Title. */
            title: string;
        };
        /** @description Who is signed in. */
        SignedIn: {
            /**
             * Format: int32
             * @description Years, for a child; null: everything may be seen.
             */
            age?: number | null;
            /** @description There is a PIN that opens programmes for older people. */
            has_pin: boolean;
            /** @description Name. */
            name: string;
            /** @description Role. */
            role: string;
            /** @description What this sign-in may do. */
            scopes: string[];
            /**
             * Format: int64
             * @description When a guest's stay ends (milliseconds since 1970); null: he is none.
             */
            until_ms?: number | null;
        };
        /** @description Name and password. */
        SignIn: {
            /** @description Name. */
            name: string;
            /** @description Password. */
            password: string;
        };
        /** @description A link by which somebody signs in. */
        SignInLink: {
            /**
             * Format: int64
             * @description Seconds until it ends.
             */
            expires_s: number;
            /** @description What comes behind the station's address. */
            path: string;
        };
        /** @description All of them. */
        SignIns: {
            /** @description The one used last first. */
            items: components["schemas"]["SignInView"][];
        };
        /** @description A browser in which one is signed in. */
        SignInView: {
            /**
             * Format: int64
             * @description When it began (milliseconds since 1970).
             */
            created_ms: number;
            /**
             * Format: int64
             * @description When it ends unless it is used again.
             */
            expires_ms: number;
            /** @description Id, by which it is ended. */
            id: string;
            /** @description It is the one that asks. */
            is_this: boolean;
            /** @description What the browser calls itself. */
            label: string;
            /**
             * Format: int64
             * @description When it was last used, to about a minute.
             */
            last_seen_ms: number;
        };
        /** @description A channel run ahead. */
        SimulationView: {
            /**
             * Format: int64
             * @description Days.
             */
            days: number;
            /** @description Hours. */
            hours: components["schemas"]["HoursView"];
            /**
             * Format: int64
             * @description Different ones.
             */
            items: number;
            /** @description Starts that were late. */
            late: components["schemas"]["LateView"];
            /** @description What is odd. */
            lints: components["schemas"]["LintView"][];
            /**
             * Format: int64
             * @description Programmes.
             */
            programmes: number;
            /** @description What was on again soonest. */
            repeats: components["schemas"]["RepeatView"][];
            /** @description Programmes by show; films together. */
            shares: components["schemas"]["ShareView"][];
        };
        /** @description One thing on air. */
        SlotView: {
            /** @description It ends before what it shows has ended. */
            cut: boolean;
            /** @description Until. */
            end: string;
            /**
             * Format: int32
             * @description Slots of one programme have the same number.
             */
            entry: number;
            /** @description Why it cannot be prepared, or what that waits for. */
            failure?: string | null;
            /** @description It is fixed. */
            firm: boolean;
            /**
             * Format: int64
             * @description The item of the library.
             */
            item_id?: number | null;
            /** @description `item`, `live`, `channel`, `still` or `slate`. */
            kind: string;
            /**
             * Format: int64
             * @description From where in the item (milliseconds).
             */
            offset_ms: number;
            /** @description `ready`, `running`, `waiting`, `failed` or `none`: there is nothing to be prepared. */
            preparation: string;
            /**
             * Format: double
             * @description How far its preparation is, 0 to 1.
             */
            progress?: number | null;
            /** @description `programme`, `pre`, `mid`, `post`, `tail`, `fallback` or `slate`. */
            role: string;
            /** @description From. */
            start: string;
            /** @description The episode. */
            subtitle?: string | null;
            /** @description What it is called. */
            title: string;
            /** @description Why it is there. */
            why: components["schemas"]["WhyView"];
        };
        /** @description A source of the guide. */
        Source: {
            /** @description Where it lies, without user, password and query; empty: of a receiver. */
            address: string;
            /**
             * Format: int64
             * @description Airings that came then.
             */
            airings: number;
            /**
             * Format: int64
             * @description Channels that they were on.
             */
            channels: number;
            /** @description It could not be read then. */
            failed: boolean;
            figures?: components["schemas"]["MatchFigures"] | null;
            /** @description Names it. */
            id: string;
            /**
             * Format: int64
             * @description Channels of which something is kept.
             */
            kept_channels: number;
            /**
             * Format: date-time
             * @description When the oldest of that was told.
             */
            kept_since?: string | null;
            /**
             * Format: date-time
             * @description Until when it goes.
             */
            kept_until?: string | null;
            /** @description Who tells. */
            kind: components["schemas"]["SourceKind"];
            /**
             * Format: int64
             * @description Programmes of ids beyond those that are looked at.
             */
            left_out: number;
            /** @description What went wrong and what to do; empty: nothing. */
            message: string;
            /** @description Name. */
            name: string;
            /**
             * Format: date-time
             * @description When it was last read to its end.
             */
            read?: string | null;
            /**
             * Format: int64
             * @description It is being read: airings so far.
             */
            reading?: number | null;
            /**
             * Format: int64
             * @description How often it is read; null: as often as all.
             */
            refresh_s?: number | null;
            /**
             * Format: int32
             * @description Its times are moved by so many minutes.
             */
            shift_min: number;
            /**
             * Format: int64
             * @description Programmes that were left out because they are faulty.
             */
            skipped: number;
            /**
             * Format: date-time
             * @description When it was last tried.
             */
            tried?: string | null;
            /**
             * Format: int64
             * @description Ids of it that are no channel's.
             */
            unused: number;
        };
        /** @description A guide as it is to be. */
        SourceChange: {
            /** @description Name for people; empty: its host. */
            name: string;
            /**
             * Format: int32
             * @description How often it is read (900 to 604800); as often as all if absent.
             */
            refresh_s?: number | null;
            /**
             * Format: int32
             * @description Its times are moved by so many minutes.
             */
            shift_min: number;
            /** @description Another address; the same if absent. */
            url?: string | null;
        };
        /**
         * @description Who tells.
         * @enum {string}
         */
        SourceKind: "receiver" | "configuration" | "page" | "list";
        /** @description All sources. */
        Sources: {
            /** @description Receivers; then guides, best first. */
            items: components["schemas"]["Source"][];
            /**
             * Format: int64
             * @description The state that a change of their order names.
             */
            revision: number;
        };
        /** @description What came of a trial. */
        SourceTrial: {
            /** @description Programmes among what was looked at. */
            airings: number;
            /** @description Channels of the lineup that may be some of them. */
            doubtful: number;
            /** @description Why it is of no use; empty: it is. */
            fault: string;
            /** @description Only its beginning was looked at. */
            more: boolean;
            /** @description Channels that it declares. */
            offered: number;
            /** @description Channels of the lineup that are certainly some of them. */
            sure: number;
        };
        /** @description Another number and document. */
        StationChange: {
            /** @description What it is meant to play. */
            document: Record<string, never>;
            /**
             * Format: int32
             * @description Its number, if it is to have a certain one.
             */
            number?: number | null;
            /**
             * Format: int64
             * @description The revision that whoever changes it has seen.
             */
            revision: number;
        };
        /** @description The same and its document. */
        StationDetail: components["schemas"]["StationView"] & {
            /** @description What it is meant to play: see the guide of own channels. */
            document: Record<string, never>;
            /** @description What is wrong with it. */
            faults: components["schemas"]["FaultView"][];
        };
        /** @description All own channels. */
        Stations: {
            /** @description Oldest first. */
            items: components["schemas"]["StationView"][];
        };
        /**
         * @description How a channel fares.
         * @enum {string}
         */
        StationState: "on_air" | "preparing" | "empty" | "faulty";
        /** @description A channel of one's own. */
        StationView: {
            /** @description Id among all channels. */
            channel_id: string;
            /** @description What is on is fixed up to here. */
            firm_until?: string | null;
            /** @description Id. */
            id: string;
            /** @description Name. */
            name: string;
            next?: components["schemas"]["SlotView"] | null;
            /** @description What happened in planning the next three days. */
            notes: components["schemas"]["NoteView"][];
            now?: components["schemas"]["SlotView"] | null;
            /**
             * Format: int32
             * @description Number that the host wants.
             */
            number?: number | null;
            /** @description It is planned up to here. */
            planned_until?: string | null;
            /** @description How the preparation of the next hours fares. */
            preparation: components["schemas"]["PreparationView"];
            /**
             * Format: int64
             * @description Counts changes of its document; a change names the one that it has seen.
             */
            revision: number;
            /** @description How it fares. */
            state: components["schemas"]["StationState"];
        };
        /** @description The station at a glance: one picture of it for all who look, at most a second old. */
        StatusView: {
            /**
             * Format: date-time
             * @description When it was taken.
             */
            at: string;
            /** @description The machine's power to code pictures. */
            coding: components["schemas"]["CodingStatus"];
            /** @description Where the tapes lie. */
            disk: components["schemas"]["DiskStatus"];
            /**
             * Format: int64
             * @description Panics caught since the start: should be 0.
             */
            panics: number;
            /** @description Receivers, and who holds their tuners. */
            receivers: components["schemas"]["ReceiverStatus"][];
            /** @description Sessions that are not over. */
            sessions: number;
            /** @description Tapes that run. */
            tapes: components["schemas"]["TapeStatus"][];
            /** @description Child processes of transcoders, those included that have not quite ended. */
            transcoder_processes: number;
            /** @description Transcoders that run. */
            transcoders: components["schemas"]["TranscoderStatus"][];
            /**
             * Format: int64
             * @description Seconds since the start.
             */
            uptime_s: number;
            /** @description The newest sessions, also those that ended a moment ago; 200 at most. */
            viewers: components["schemas"]["SessionStatus"][];
        };
        /** @description A channel that a receiver gives. */
        StreamStatus: {
            /** @description Its name. */
            channel: string;
            /** @description Channel. */
            channel_id: string;
            /** @description Who holds it, and until when at the latest unless it goes on; the first 20. */
            holders: components["schemas"]["HolderView"][];
            /**
             * Format: date-time
             * @description Nobody holds it: when it is given up unless somebody comes.
             */
            idle_until?: string | null;
            /** @description It is kept ready in case somebody wants it, and given up at once for whoever needs the tuner. */
            kept_ready: boolean;
        };
        /** @description A tape that runs. */
        TapeStatus: {
            /**
             * Format: int64
             * @description What came per second (bits) in the last step of `history`; null at first.
             */
            bit_rate_bps?: number | null;
            /** @description Its name. */
            channel: string;
            /** @description Channel. */
            channel_id: string;
            /**
             * Format: int64
             * @description Tables with a wrong checksum.
             */
            damaged_sections: number;
            /**
             * Format: int64
             * @description Bytes on disk.
             */
            disk_bytes: number;
            /**
             * Format: int64
             * @description Pictures left out because something of them, or of what they refer to, is missing.
             */
            dropped_pictures: number;
            /** @description The same for each step of the last minutes, oldest first (thousands of bits per second). */
            history_kbps: number[];
            /**
             * Format: int64
             * @description Length of a step (seconds).
             */
            history_step_s: number;
            /**
             * Format: int64
             * @description Bytes that belong to no packet.
             */
            junk_bytes: number;
            /**
             * Format: int64
             * @description Packets missing so far, by continuity counter.
             */
            lost_packets: number;
            /** @description The same of each PID that the programme names. */
            pids: components["schemas"]["PidStatus"][];
            /** @description Receiver that it comes from. */
            receiver_id: string;
            /**
             * Format: int64
             * @description Times that the broadcast began anew: its clock jumped, its format changed, or it was interrupted.
             */
            runs: number;
            /**
             * Format: int64
             * @description Packets that came scrambled.
             */
            scrambled_packets: number;
            /** @description Sessions on it. */
            sessions: number;
            /**
             * Format: int64
             * @description Frames of silence put in for missing sound.
             */
            silent_frames: number;
            /**
             * Format: double
             * @description Seconds that can be watched.
             */
            window_s: number;
        };
        /** @description A change between two timelines. */
        TimelineChange: {
            /** @description `came`, `went` or `moved`. */
            kind: string;
            /** @description When it begins now. */
            start?: string | null;
            /** @description What it is called. */
            title: string;
            /** @description When it began before. */
            was?: string | null;
        };
        /** @description A stretch of a timeline. */
        TimelineView: {
            /** @description From. */
            from: string;
            /** @description What happened in planning it. */
            notes: components["schemas"]["NoteView"][];
            /** @description What is on, by time. */
            slots: components["schemas"]["SlotView"][];
            /** @description Until. */
            to: string;
        };
        /** @description What a receiver knows of a timer besides service, name and times: enough to set it again as it was. */
        TimerDetails: {
            /**
             * Format: int32
             * @description What the receiver does afterwards: 0 nothing, 1 standby, 2 deep standby, 3 what it thinks best.
             * @default 3
             */
            afterwards?: number;
            /**
             * @description Text.
             * @default
             */
            description?: string;
            /**
             * @description It is switched off.
             * @default false
             */
            disabled?: boolean;
            /**
             * Format: int64
             * @description Number of the programme in the receiver's guide.
             * @default null
             */
            event_id?: number | null;
            /**
             * @description Folder on the receiver; none: its usual one.
             * @default null
             */
            folder?: string | null;
            /**
             * @description It only shows the channel at its time, and records nothing.
             * @default false
             */
            only_shows?: boolean;
            /**
             * Format: int32
             * @description Days on which it is repeated, Monday in the lowest of seven bits; 0: none.
             * @default 0
             */
            repeated?: number;
            /**
             * @description It also shows the channel at its time.
             * @default false
             */
            shows?: boolean;
            /**
             * @description Marks for the recording, with spaces between them.
             * @default
             */
            tags?: string;
        };
        /** @description What setting a timer would mean. */
        TimerPreview: {
            /** @description Its name. */
            channel: string;
            /** @description Channel. */
            channel_id: string;
            /** @description Timers that leave no tuner for it, as far as is known. */
            conflicts: components["schemas"]["TimerView"][];
            /**
             * Format: date-time
             * @description Until.
             */
            end: string;
            /** @description The same in sentences, a line each: what is recorded, when, by whom, and what stands in its way. */
            lines: string[];
            /** @description Its name. */
            receiver: string;
            /** @description The receiver that would record. */
            receiver_id: string;
            /**
             * Format: date-time
             * @description From, without the receiver's own margins.
             */
            start: string;
            there?: components["schemas"]["TimerView"] | null;
            /** @description What it would be called. */
            title: string;
            /**
             * Format: int32
             * @description Tuners of that receiver; null: it does not say, and counts as one with a single one.
             */
            tuners?: number | null;
        };
        /** @description Timers of all receivers. */
        Timers: {
            /** @description Those to come and those that record by start, then those that are over, newest first. */
            items: components["schemas"]["TimerView"][];
            /** @description Receivers that have not told theirs. */
            missing: components["schemas"]["TimersMissing"][];
        };
        /** @description A timer that is set. */
        TimerSet: components["schemas"]["TimerView"] & {
            /** @description It was there before anybody asked: to take this back is not to cancel it. */
            was_there: boolean;
        };
        /** @description A receiver whose timers are not known just now. */
        TimersMissing: {
            /** @description Why, and what to do. */
            detail: string;
            /** @description Its name. */
            receiver: string;
            /** @description Which. */
            receiver_id: string;
        };
        /**
         * @description Where a timer stands.
         * @enum {string}
         */
        TimerState: "waiting" | "prepared" | "recording" | "ended" | "disabled";
        /** @description A timer. */
        TimerView: {
            /** @description Its name, there or as the receiver calls it. */
            channel: string;
            /** @description The channel; null: it is not in the lineup. */
            channel_id?: string | null;
            /** @description What the receiver knows of it besides. */
            details: components["schemas"]["TimerDetails"];
            /**
             * Format: date-time
             * @description Until, with its margins.
             */
            end: string;
            /** @description Names it, as long as its receiver does not move it. */
            id: string;
            /** @description Its name. */
            receiver: string;
            /** @description The receiver that records. */
            receiver_id: string;
            /** @description It is on on several days. */
            repeated: boolean;
            /**
             * Format: date-time
             * @description From, with the receiver's margins; of a repeated one, the next time.
             */
            start: string;
            /** @description Where it stands. */
            state: components["schemas"]["TimerState"];
            /** @description What is recorded. */
            title: string;
        };
        /** @description All of them. */
        Tokens: {
            /** @description Oldest first. */
            items: components["schemas"]["TokenView"][];
        };
        /** @description An API token, without the token. */
        TokenView: {
            /**
             * Format: int64
             * @description When it was made (milliseconds since 1970).
             */
            created_ms: number;
            /**
             * Format: int64
             * @description When it ends; null: never.
             */
            expires_ms?: number | null;
            /** @description Id, by which it is revoked. */
            id: string;
            /**
             * Format: int64
             * @description When it was last used, to about a minute; null: never.
             */
            last_used_ms?: number | null;
            /** @description What it is for. */
            name: string;
            /** @description What it may do. */
            scopes: string[];
        };
        /** @description What is done to one track. */
        TrackPlanView: {
            /** @description `copy` or `transcode`. */
            action: string;
            /** @description Codec string that the client gets. */
            codec: string;
            /** @description Codec that it was made from, if transcoded. */
            from?: string | null;
            /** @description Language (ISO 639), if known. */
            language?: string | null;
        };
        /** @description A track of a channel as last seen. */
        TrackView: {
            /**
             * Format: int32
             * @description Channels of sound.
             */
            channels?: number | null;
            /** @description Codec string. */
            codec: string;
            /**
             * Format: double
             * @description Frames per second.
             */
            frame_rate?: number | null;
            /**
             * Format: int32
             * @description Height of the picture in pixels.
             */
            height?: number | null;
            /**
             * Format: int32
             * @description Name within the channel.
             */
            id: number;
            /** @description `video`, `audio` or `subtitle`. */
            kind: string;
            /** @description Language (ISO 639). */
            language?: string | null;
            /** @description `main`, `clean`, `hearing_impaired`, `commentary`. */
            role: string;
            /**
             * Format: int32
             * @description Width of the picture in pixels.
             */
            width?: number | null;
        };
        /** @description A transcoder that runs. */
        TranscoderStatus: {
            /** @description The channel's name. */
            channel: string;
            /** @description Channel of its tape. */
            channel_id: string;
            /** @description `audio` or `video`. */
            kind: string;
            /** @description What it makes of what. */
            name: string;
            /** @description Receiver that the tape comes from. */
            receiver_id: string;
            /**
             * Format: double
             * @description Seconds made per second, lately: live, 1 keeps up; null at first.
             */
            speed?: number | null;
        };
        /** @description A tuner in use. */
        TunerStatus: {
            /** @description Channels that it gives. */
            streams: components["schemas"]["StreamStatus"][];
        };
        /** @description A device that waits, as whoever may let it in sees it. */
        WaitingDevice: {
            /** @description Where it asks from. */
            address: string;
            /** @description It is let in. */
            approved: boolean;
            /**
             * Format: int64
             * @description When it began to wait (milliseconds since 1970).
             */
            created_ms: number;
            /** @description What it calls itself. */
            label: string;
        };
        /**
         * @description What a session waits for.
         * @enum {string}
         */
        WaitingFor: "tuner" | "signal" | "programme_map" | "key_frame" | "audio" | "transcoder" | "preparation";
        /** @description Why a slot stands where it stands. */
        WhyView: {
            /** @description Time of day at which its block begins. */
            at: string;
            /** @description Name of the block. */
            block: string;
            /** @description Name of the channel that is on in it as it is. */
            channel?: string | null;
            /** @description Name of the break; empty: it is a programme. */
            rule: string;
            /** @description Name of the source. */
            source: string;
            /**
             * Format: int32
             * @description Number of the step in it, from 0.
             */
            step: number;
            /** @description Name of the day's template. */
            template: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    post_account_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PairingCode"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaitingDevice"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_favourites: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Favourites"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_favourites: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Favourites"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FavouritesChanged"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_languages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnLanguages"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_languages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnLanguages"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_players: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Players"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_players: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlayer"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadePlayer"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_account_players_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_searches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Searches"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_searches: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSearch"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_searches_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchChange"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_account_searches_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_sign_ins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignIns"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_account_sign_ins_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_account_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_account_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_account_tokens_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_assistant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssistantView"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Link"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_auth_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider, or to the page that says why not. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_auth_oidc_callback: {
        parameters: {
            query?: {
                /** @description What is exchanged for a token. */
                code?: string;
                /** @description Why there is none. */
                error?: string;
                /** @description Who answers (RFC 9207). */
                iss?: string;
                /** @description What was given to it at the beginning. */
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the first page, signed in; or to the page that says why not. */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_pairing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pairing"];
                };
            };
            /** @description A problem. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_pairing_poll: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PairingPoll"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_setup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_auth_sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_auth_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthState"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_bouquets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bouquets"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_channels: {
        parameters: {
            query?: {
                /** @description From a previous answer. */
                cursor?: string;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channels"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_channels_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_channels_id_logo: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": unknown;
                };
            };
            /** @description Done. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_conversations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_conversations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeated request make one. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_conversations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As lists have it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_conversations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As lists have it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_conversations_id_commands: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As lists have it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_conversations_id_events: {
        parameters: {
            query?: {
                /** @description Those behind this offset. */
                after?: number;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description As lists have it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_conversations_search: {
        parameters: {
            query: {
                /** @description Words. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Found"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query: {
                /**
                 * @description With commas between them: `session:ID`, `channels`, `guide`, `library`, `receivers`, `account` (favourites, languages, saved searches), for those who may record
                 *     `timers`, and for those who run the station `status` and `guide_sources`; and `conversation:ID`, which may be followed by where it was heard up to
                 *     (`@EPOCH.OFFSET`, and within an answer `.JOB.BYTES`).
                 */
                topics: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide: {
        parameters: {
            query?: {
                /** @description Ids with commas between them; all if absent. */
                channels?: string;
                /** @description From a previous answer. */
                cursor?: string;
                /** @description From; now if absent. */
                from?: string;
                /** @description Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent. */
                languages?: string;
                /** @description Channels at most. */
                limit?: number;
                /** @description Until; six hours later if absent. At most fifteen days after `from`. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuideWindow"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide_ids: {
        parameters: {
            query: {
                /** @description How many at most. */
                limit?: number;
                /** @description What occurs in the id or its name. */
                q: string;
                /** @description Id of the guide. */
                source: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferedIds"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide_matches: {
        parameters: {
            query: {
                /** @description From a previous answer. */
                cursor?: string;
                /** @description Only those of which the host has said something. */
                decided?: boolean;
                /** @description How many at most. */
                limit?: number;
                /** @description Only those in whose name or ids this occurs. */
                q?: string;
                /** @description Id of the guide. */
                source: string;
                /** @description Only those that stand so. */
                standing?: components["schemas"]["MatchStanding"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Matches"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide_now: {
        parameters: {
            query?: {
                /** @description Ids with commas between them; all if absent. */
                channels?: string;
                /** @description Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent. */
                languages?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NowNexts"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_guide_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshWhich"] | null;
            };
        };
        responses: {
            /** @description It has begun. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide_search: {
        parameters: {
            query: {
                /** @description Ids with commas between them; all if absent. */
                channels?: string;
                /** @description From a previous answer. */
                cursor?: string;
                /** @description From; now if absent. */
                from?: string;
                /** @description DVB's genre; of the whole group, if its lower four bits are 0. */
                genre?: number;
                /** @description Languages with commas between them, best first, after those that the account reads; those of `Accept-Language` if absent. */
                languages?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description Only what is shown for the first time. */
                new?: boolean;
                /** @description Words, or their beginnings. */
                q: string;
                /** @description Until. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Finds"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_guide_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sources"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_guide_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSource"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_guide_sources_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_guide_sources_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_guide_sources_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSource"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceTrial"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_guide_wishes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GuideWish"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuideWished"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryOverview"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_actions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LibraryBulk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryChanged"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_collections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryCollections"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_collections: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body add one collection; with another body: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCollection"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryCollection"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_collections_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangedCollection"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryCollection"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_library_collections_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_folders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryFolders"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_folders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLibraryFolder"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryFolders"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_library_folders_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_items: {
        parameters: {
            query?: {
                /** @description Items of this collection, in its order. */
                collection?: number;
                /** @description Where the page before has ended. */
                cursor?: string;
                /** @description Those of which something is unusual or wrong. */
                flawed?: boolean;
                /** @description In the folder of this name. */
                folder?: string;
                /** @description Those that channels do not use, or the others; only for who makes channels. */
                hidden?: boolean;
                /** @description Of this kind. */
                kind?: components["schemas"]["LibraryKind"];
                /** @description So many (100; at most 500). */
                limit?: number;
                /** @description Words in show, title or path. */
                q?: string;
                /** @description A query as smart collections have it. */
                query?: string;
                /** @description Of this show, exactly. */
                show?: string;
                /** @description `natural` (as one counts), `added` (newest first) or `longest`. */
                sort?: string;
                /** @description Of this state. */
                state?: components["schemas"]["LibraryState"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryItems"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_items_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryDetail"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_items_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LibraryCorrection"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryDetail"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_items_id_picture: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/jpeg": unknown;
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_library_scan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_library_shows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryShows"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_lineup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnLineup"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_lineup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LineupChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LineupChanged"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_people: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPerson"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_people_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_people_id_link: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_people_id_profile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProfile"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_people_id_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_problems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProblemKinds"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_programmes_id: {
        parameters: {
            query?: {
                /** @description With commas between them, best first, after those that the account reads; those of `Accept-Language` if absent. */
                languages?: string;
            };
            header?: never;
            path: {
                /** @description As lists have it. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Programme"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_receivers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receivers"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_receivers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body add one receiver; with another body: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReceiver"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiverView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_receivers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_receivers_simulated: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key gives the same receiver; without it, one that runs already: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiverView"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_receivers_test: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewReceiver"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceiverView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_sessions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body give the same session, for a day after it has ended; with another body: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSession"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_sessions_id: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the session to be ready or over. */
                wait_s?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_sessions_id: {
        parameters: {
            query?: {
                /** @description Whoever runs the station, for the viewer to know; needs `admin`. */
                host?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_sessions_id_heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PlayerFacts"] | null;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_socket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Switching to WebSocket */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_socket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A frame of the socket. */
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description The answer's frame. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_stations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stations"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_stations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body make one channel; with another body: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStation"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_stations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationDetail"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_stations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StationChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StationView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_stations_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_stations_id_log: {
        parameters: {
            query?: {
                /** @description What began before this; now if absent. */
                before?: string | null;
                /** @description So much of it. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Log"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_stations_id_log_export: {
        parameters: {
            query?: {
                /** @description How it is written. */
                format?: "csv" | "json";
                /** @description What began from then on; thirty days ago if absent. */
                from?: string | null;
                /** @description What began before; now if absent. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_stations_id_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Draft"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewView"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_stations_id_simulate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Draft"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_stations_id_timeline: {
        parameters: {
            query?: {
                /** @description From; an hour ago if absent. */
                from?: string | null;
                /** @description Until; a day later if absent. */
                to?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimelineView"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_stations_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Draft"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewView"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_system_audit: {
        parameters: {
            query?: {
                /** @description Lines before this one. */
                before?: number;
                /** @description So many at most; 100 if absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Audit"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_system_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevel"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_system_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogLevel"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevel"];
                };
            };
            /** @description It is none. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_system_reload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReloadView"];
                };
            };
            /** @description The configuration is wrong. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_system_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusView"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_timers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timers"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_timers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body set one timer; with another body: 409 */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTimer"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimerSet"];
                };
            };
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimerSet"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    delete_timers_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimerView"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    post_timers_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTimer"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TimerPreview"];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_iptv_channels_m3u: {
        parameters: {
            query?: {
                /** @description `jellyfin`, `kodi`, `plex` or `tivimate`: as that program reads it; for any if absent. */
                for?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/x-mpegurl": string;
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_iptv_guide_xml: {
        parameters: {
            query?: {
                /** @description `jellyfin`, `kodi`, `plex` or `tivimate`: as that program reads it; for any if absent. */
                for?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/xml": string;
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_iptv_guide_xml_gz: {
        parameters: {
            query?: {
                /** @description `jellyfin`, `kodi`, `plex` or `tivimate`: as that program reads it; for any if absent. */
                for?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": number[];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_iptv_stream_channel: {
        parameters: {
            query?: {
                /**
                 * @description Languages of the sounds that are wanted, best first, with commas between them (`deu,eng`; ISO 639, two or three letters). All sounds if absent, or if
                 *     there is none in these languages. What is coded anew, and MP4, has one sound: of the first of these languages that there is.
                 */
                audio?: string;
                /**
                 * @description `pass`: as broadcast. `h264`, `h264-1080`, `h264-720`, `h264-576`, `h264-480`, `h264-360`: H.264 and AAC, made anew where something else is broadcast,
                 *     with so many lines at most. `pass` if absent.
                 */
                profile?: string;
                /** @description `no`: neither subtitles nor teletext. Only as broadcast; what is coded anew, and MP4, has none. */
                subtitles?: string;
            };
            header?: never;
            path: {
                /** @description The channel's id with `.ts` (transport stream) or `.mp4` (fragmented MP4) behind it. */
                channel: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp2t": number[];
                };
            };
            /** @description A problem. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
}

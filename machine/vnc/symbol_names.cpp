#include "machine/vnc/symbol_names.h"

#include <charconv>

namespace rhea {

namespace {

/// Names of X11 and their symbols, in hexadecimal: those that files of keyboard layouts have. A text, so that it costs nothing until it is read.
constexpr std::string_view kNames =
    "space 20 exclam 21 quotedbl 22 numbersign 23 dollar 24 percent 25 ampersand 26 apostrophe 27 parenleft 28 parenright 29 "
    "asterisk 2a plus 2b comma 2c minus 2d period 2e slash 2f colon 3a semicolon 3b less 3c equal 3d greater 3e question 3f at 40 "
    "bracketleft 5b backslash 5c bracketright 5d asciicircum 5e underscore 5f grave 60 braceleft 7b bar 7c braceright 7d asciitilde 7e "
    "nobreakspace a0 exclamdown a1 cent a2 sterling a3 currency a4 yen a5 brokenbar a6 section a7 diaeresis a8 copyright a9 "
    "ordfeminine aa guillemotleft ab notsign ac hyphen ad registered ae macron af degree b0 plusminus b1 twosuperior b2 "
    "threesuperior b3 acute b4 mu b5 paragraph b6 periodcentered b7 cedilla b8 onesuperior b9 masculine ba guillemotright bb "
    "onequarter bc onehalf bd threequarters be questiondown bf Agrave c0 Aacute c1 Acircumflex c2 Adiaeresis c4 Aring c5 AE c6 "
    "Ccedilla c7 Egrave c8 Eacute c9 Igrave cc Iacute cd Icircumflex ce Idiaeresis cf ETH d0 Ntilde d1 Ograve d2 Oacute d3 "
    "Ocircumflex d4 Odiaeresis d6 multiply d7 Ooblique d8 Oslash d8 Ugrave d9 Uacute da Ucircumflex db Udiaeresis dc THORN de "
    "ssharp df agrave e0 aacute e1 acircumflex e2 adiaeresis e4 aring e5 ae e6 ccedilla e7 egrave e8 eacute e9 igrave ec iacute ed "
    "icircumflex ee idiaeresis ef eth f0 ntilde f1 ograve f2 oacute f3 ocircumflex f4 odiaeresis f6 division f7 oslash f8 ugrave f9 "
    "uacute fa ucircumflex fb udiaeresis fc yacute fd thorn fe ydiaeresis ff Aogonek 1a1 breve 1a2 Lstroke 1a3 Sacute 1a6 Scaron 1a9 "
    "Scedilla 1aa Zacute 1ac Zcaron 1ae Zabovedot 1af aogonek 1b1 ogonek 1b2 lstroke 1b3 sacute 1b6 caron 1b7 scaron 1b9 scedilla 1ba "
    "zacute 1bc doubleacute 1bd zcaron 1be zabovedot 1bf Cacute 1c6 Ccaron 1c8 Eogonek 1ca Dstroke 1d0 Nacute 1d1 Odoubleacute 1d5 "
    "Udoubleacute 1db cacute 1e6 ccaron 1e8 eogonek 1ea ecaron 1ec dstroke 1f0 nacute 1f1 odoubleacute 1f5 rcaron 1f8 uring 1f9 "
    "udoubleacute 1fb abovedot 1ff Hstroke 2a1 Iabovedot 2a9 Gbreve 2ab hstroke 2b1 idotless 2b9 gbreve 2bb kra 3a2 Rcedilla 3a3 "
    "Lcedilla 3a6 Emacron 3aa Gcedilla 3ab Tslash 3ac rcedilla 3b3 lcedilla 3b6 emacron 3ba gcedilla 3bb tslash 3bc ENG 3bd eng 3bf "
    "Amacron 3c0 Iogonek 3c7 Eabovedot 3cc Imacron 3cf Ncedilla 3d1 Omacron 3d2 Kcedilla 3d3 Uogonek 3d9 Umacron 3de amacron 3e0 "
    "iogonek 3e7 eabovedot 3ec imacron 3ef ncedilla 3f1 omacron 3f2 kcedilla 3f3 uogonek 3f9 umacron 3fe Arabic_comma 5ac "
    "Arabic_semicolon 5bb Arabic_question_mark 5bf Arabic_hamza 5c1 Arabic_maddaonalef 5c2 Arabic_hamzaonalef 5c3 "
    "Arabic_hamzaonwaw 5c4 Arabic_hamzaunderalef 5c5 Arabic_hamzaonyeh 5c6 Arabic_alef 5c7 Arabic_beh 5c8 Arabic_tehmarbuta 5c9 "
    "Arabic_teh 5ca Arabic_theh 5cb Arabic_jeem 5cc Arabic_hah 5cd Arabic_khah 5ce Arabic_dal 5cf Arabic_thal 5d0 Arabic_ra 5d1 "
    "Arabic_zain 5d2 Arabic_seen 5d3 Arabic_sheen 5d4 Arabic_sad 5d5 Arabic_dad 5d6 Arabic_tah 5d7 Arabic_zah 5d8 Arabic_ain 5d9 "
    "Arabic_ghain 5da Arabic_tatweel 5e0 Arabic_feh 5e1 Arabic_qaf 5e2 Arabic_kaf 5e3 Arabic_lam 5e4 Arabic_meem 5e5 Arabic_noon 5e6 "
    "Arabic_ha 5e7 Arabic_waw 5e8 Arabic_alefmaksura 5e9 Arabic_yeh 5ea Arabic_fathatan 5eb Arabic_dammatan 5ec Arabic_kasratan 5ed "
    "Arabic_fatha 5ee Arabic_damma 5ef Arabic_kasra 5f0 Arabic_shadda 5f1 Arabic_sukun 5f2 Macedonia_gje 6a2 Cyrillic_io 6a3 "
    "Macedonia_dse 6a5 Cyrillic_je 6a8 Cyrillic_lje 6a9 Cyrillic_nje 6aa Macedonia_kje 6ac Cyrillic_dzhe 6af numerosign 6b0 "
    "Macedonia_GJE 6b2 Cyrillic_IO 6b3 Macedonia_DSE 6b5 Cyrillic_JE 6b8 Cyrillic_LJE 6b9 Cyrillic_NJE 6ba Macedonia_KJE 6bc "
    "Cyrillic_DZHE 6bf Cyrillic_yu 6c0 Cyrillic_a 6c1 Cyrillic_be 6c2 Cyrillic_tse 6c3 Cyrillic_de 6c4 Cyrillic_ie 6c5 Cyrillic_ef 6c6 "
    "Cyrillic_ghe 6c7 Cyrillic_ha 6c8 Cyrillic_i 6c9 Cyrillic_shorti 6ca Cyrillic_ka 6cb Cyrillic_el 6cc Cyrillic_em 6cd "
    "Cyrillic_en 6ce Cyrillic_o 6cf Cyrillic_pe 6d0 Cyrillic_ya 6d1 Cyrillic_er 6d2 Cyrillic_es 6d3 Cyrillic_te 6d4 Cyrillic_u 6d5 "
    "Cyrillic_zhe 6d6 Cyrillic_ve 6d7 Cyrillic_softsign 6d8 Cyrillic_yeru 6d9 Cyrillic_ze 6da Cyrillic_sha 6db Cyrillic_e 6dc "
    "Cyrillic_shcha 6dd Cyrillic_che 6de Cyrillic_hardsign 6df Cyrillic_YU 6e0 Cyrillic_A 6e1 Cyrillic_BE 6e2 Cyrillic_TSE 6e3 "
    "Cyrillic_DE 6e4 Cyrillic_IE 6e5 Cyrillic_EF 6e6 Cyrillic_GHE 6e7 Cyrillic_HA 6e8 Cyrillic_I 6e9 Cyrillic_SHORTI 6ea "
    "Cyrillic_KA 6eb Cyrillic_EL 6ec Cyrillic_EM 6ed Cyrillic_EN 6ee Cyrillic_O 6ef Cyrillic_PE 6f0 Cyrillic_YA 6f1 Cyrillic_ER 6f2 "
    "Cyrillic_ES 6f3 Cyrillic_TE 6f4 Cyrillic_U 6f5 Cyrillic_ZHE 6f6 Cyrillic_VE 6f7 Cyrillic_SOFTSIGN 6f8 Cyrillic_YERU 6f9 "
    "Cyrillic_ZE 6fa Cyrillic_SHA 6fb Cyrillic_E 6fc Cyrillic_SHCHA 6fd Cyrillic_CHE 6fe Cyrillic_HARDSIGN 6ff Greek_PI 7d0 "
    "Greek_OMEGA 7d9 Greek_mu 7ec Greek_pi 7f0 horizconnector 8a3 lessthanequal 8bc notequal 8bd greaterthanequal 8be infinity 8c2 "
    "logicaland 8de logicalor 8df leftarrow 8fb uparrow 8fc rightarrow 8fd downarrow 8fe emdash aa9 endash aaa ellipsis aae "
    "oneeighth ac3 threeeighths ac4 fiveeighths ac5 seveneighths ac6 trademark ac9 leftsinglequotemark ad0 rightsinglequotemark ad1 "
    "leftdoublequotemark ad2 rightdoublequotemark ad3 permille ad5 singlelowquotemark afd doublelowquotemark afe Thai_kokai da1 "
    "Thai_khokhai da2 Thai_khokhuat da3 Thai_khokhwai da4 Thai_khokhon da5 Thai_khorakhang da6 Thai_ngongu da7 Thai_chochan da8 "
    "Thai_choching da9 Thai_chochang daa Thai_soso dab Thai_chochoe dac Thai_yoying dad Thai_dochada dae Thai_topatak daf "
    "Thai_thothan db0 Thai_thonangmontho db1 Thai_thophuthao db2 Thai_nonen db3 Thai_dodek db4 Thai_totao db5 Thai_thothung db6 "
    "Thai_thothahan db7 Thai_thothong db8 Thai_nonu db9 Thai_bobaimai dba Thai_popla dbb Thai_phophung dbc Thai_fofa dbd "
    "Thai_phophan dbe Thai_fofan dbf Thai_phosamphao dc0 Thai_moma dc1 Thai_yoyak dc2 Thai_rorua dc3 Thai_ru dc4 Thai_loling dc5 "
    "Thai_lu dc6 Thai_wowaen dc7 Thai_sosala dc8 Thai_sorusi dc9 Thai_sosua dca Thai_hohip dcb Thai_lochula dcc Thai_oang dcd "
    "Thai_honokhuk dce Thai_paiyannoi dcf Thai_saraa dd0 Thai_maihanakat dd1 Thai_saraaa dd2 Thai_saraam dd3 Thai_sarai dd4 "
    "Thai_saraii dd5 Thai_saraue dd6 Thai_sarauee dd7 Thai_sarau dd8 Thai_sarauu dd9 Thai_phinthu dda Thai_baht ddf Thai_sarae de0 "
    "Thai_saraae de1 Thai_sarao de2 Thai_saraaimaimuan de3 Thai_saraaimaimalai de4 Thai_lakkhangyao de5 Thai_maiyamok de6 "
    "Thai_maitaikhu de7 Thai_maiek de8 Thai_maitho de9 Thai_maitri dea Thai_maichattawa deb Thai_thanthakhat dec Thai_nikhahit ded "
    "Thai_leksun df0 Thai_leknung df1 Thai_leksong df2 Thai_leksam df3 Thai_leksi df4 Thai_lekha df5 Thai_lekhok df6 Thai_lekchet df7 "
    "Thai_lekpaet df8 Thai_lekkao df9 OE 13bc oe 13bd EuroSign 20ac ISO_Level3_Shift fe03 ISO_Level3_Latch fe04 ISO_Left_Tab fe20 "
    "dead_grave fe50 dead_acute fe51 dead_circumflex fe52 dead_tilde fe53 dead_macron fe54 dead_breve fe55 dead_abovedot fe56 "
    "dead_diaeresis fe57 dead_abovering fe58 dead_doubleacute fe59 dead_caron fe5a dead_cedilla fe5b dead_ogonek fe5c "
    "dead_belowdot fe60 dead_hook fe61 dead_horn fe62 dead_stroke fe63 dead_belowmacron fe68 dead_belowcomma fe6e BackSpace ff08 "
    "Tab ff09 Linefeed ff0a Return ff0d Pause ff13 Scroll_Lock ff14 Sys_Req ff15 Escape ff1b Multi_key ff20 Muhenkan ff22 "
    "Henkan_Mode ff23 Hiragana ff25 Hiragana_Katakana ff27 Zenkaku_Hankaku ff2a Eisu_toggle ff30 Home ff50 Left ff51 Up ff52 "
    "Right ff53 Down ff54 Page_Up ff55 Prior ff55 Next ff56 Page_Down ff56 End ff57 Print ff61 Execute ff62 Insert ff63 Undo ff65 "
    "Redo ff66 Menu ff67 Find ff68 Cancel ff69 Help ff6a Mode_switch ff7e Num_Lock ff7f KP_Enter ff8d KP_Home ff95 KP_Left ff96 "
    "KP_Up ff97 KP_Right ff98 KP_Down ff99 KP_Prior ff9a KP_Next ff9b KP_End ff9c KP_Begin ff9d KP_Insert ff9e KP_Delete ff9f "
    "KP_Multiply ffaa KP_Add ffab KP_Separator ffac KP_Subtract ffad KP_Decimal ffae KP_Divide ffaf KP_0 ffb0 KP_1 ffb1 KP_2 ffb2 "
    "KP_3 ffb3 KP_4 ffb4 KP_5 ffb5 KP_6 ffb6 KP_7 ffb7 KP_8 ffb8 KP_9 ffb9 KP_Equal ffbd F1 ffbe F2 ffbf F3 ffc0 F4 ffc1 F5 ffc2 "
    "F6 ffc3 F7 ffc4 F8 ffc5 F9 ffc6 F10 ffc7 F11 ffc8 F12 ffc9 Shift_L ffe1 Shift_R ffe2 Control_L ffe3 Control_R ffe4 Caps_Lock ffe5 "
    "Meta_L ffe7 Meta_R ffe8 Alt_L ffe9 Alt_R ffea Super_L ffeb Super_R ffec Delete ffff VoidSymbol ffffff SCHWA 100018f EZH 10001b7 "
    "schwa 1000259 ezh 1000292 Arabic_0 1000660 Arabic_1 1000661 Arabic_2 1000662 Arabic_3 1000663 Arabic_4 1000664 Arabic_5 1000665 "
    "Arabic_6 1000666 Arabic_7 1000667 Arabic_8 1000668 Arabic_9 1000669 Arabic_percent 100066a Arabic_superscript_alef 1000670 "
    "Arabic_peh 100067e Arabic_tcheh 1000686 Arabic_jeh 1000698 Arabic_veh 10006a4 Arabic_gaf 10006af approxeq 1002248 ";

}  // namespace

std::unordered_map<std::string_view, std::uint32_t> symbol_names() {
    std::unordered_map<std::string_view, std::uint32_t> names;
    for (std::string_view rest = kNames; !rest.empty();) {
        const auto word = [&rest] {
            const std::string_view text = rest.substr(0, rest.find(' '));
            rest.remove_prefix(text.size() + 1);
            return text;
        };
        const std::string_view name = word(), digits = word();
        std::uint32_t symbol = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), symbol, 16);
        names.emplace(name, symbol);
    }
    return names;
}

}  // namespace rhea
